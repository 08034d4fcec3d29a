/**
 * The part of Linear's schema this double knows; a query with any other field is refused as Linear
 * refuses one that does not exist. Names, nullability and argument types are Linear's.
 * https://studio.apollographql.com/public/Linear-API/variant/current/schema/reference
 */
export const schemaText = /* GraphQL */ `
scalar DateTime
scalar DateTimeOrDuration
scalar TimelessDate

enum PaginationOrderBy { createdAt updatedAt }

type PageInfo { hasPreviousPage: Boolean! hasNextPage: Boolean! startCursor: String endCursor: String }

type Organization { id: ID! name: String! urlKey: String! createdAt: DateTime! }

type User {
  id: ID! name: String! displayName: String! email: String! active: Boolean! admin: Boolean!
  url: String! avatarUrl: String createdAt: DateTime! updatedAt: DateTime! organization: Organization!
}
type UserConnection { nodes: [User!]! pageInfo: PageInfo! }

type Team {
  id: ID! key: String! name: String! description: String private: Boolean! archivedAt: DateTime
  issueCount(includeArchived: Boolean = false): Int! createdAt: DateTime! updatedAt: DateTime!
  states(first: Int, after: String): WorkflowStateConnection!
  members(first: Int, after: String): UserConnection!
  labels(first: Int, after: String): IssueLabelConnection!
}
type TeamConnection { nodes: [Team!]! pageInfo: PageInfo! }

type WorkflowState { id: ID! name: String! type: String! color: String! position: Float! team: Team! }
type WorkflowStateConnection { nodes: [WorkflowState!]! pageInfo: PageInfo! }

type IssueLabel { id: ID! name: String! color: String! isGroup: Boolean! team: Team }
type IssueLabelConnection { nodes: [IssueLabel!]! pageInfo: PageInfo! }

type Issue {
  id: ID! identifier: String! number: Float! title: String! description: String url: String!
  priority: Float! priorityLabel: String! dueDate: TimelessDate trashed: Boolean
  createdAt: DateTime! updatedAt: DateTime! startedAt: DateTime completedAt: DateTime
  canceledAt: DateTime archivedAt: DateTime
  team: Team! state: WorkflowState! assignee: User creator: User parent: Issue
  labels(first: Int, after: String): IssueLabelConnection! labelIds: [String!]!
}
type IssueConnection { nodes: [Issue!]! pageInfo: PageInfo! }

type Webhook {
  id: ID! url: String label: String enabled: Boolean! resourceTypes: [String!]! team: Team
  allPublicTeams: Boolean! createdAt: DateTime! updatedAt: DateTime!
}
type WebhookConnection { nodes: [Webhook!]! pageInfo: PageInfo! }

input IDComparator { eq: ID in: [ID!] }
input NullableDateComparator { null: Boolean gt: DateTimeOrDuration gte: DateTimeOrDuration lt: DateTimeOrDuration lte: DateTimeOrDuration }
input DateComparator { gt: DateTimeOrDuration gte: DateTimeOrDuration lt: DateTimeOrDuration lte: DateTimeOrDuration }
input StringComparator { eq: String in: [String!] eqIgnoreCase: String }
input TeamFilter { id: IDComparator key: StringComparator }
input NullableTeamFilter { id: IDComparator key: StringComparator null: Boolean }
input UserFilter { id: IDComparator displayName: StringComparator email: StringComparator }
input IssueFilter { id: IDComparator team: TeamFilter updatedAt: DateComparator createdAt: DateComparator archivedAt: NullableDateComparator and: [IssueFilter!] or: [IssueFilter!] }
input IssueLabelFilter { id: IDComparator name: StringComparator team: NullableTeamFilter and: [IssueLabelFilter!] or: [IssueLabelFilter!] }

type Query {
  viewer: User!
  organization: Organization!
  team(id: String!): Team!
  teams(first: Int, after: String, includeArchived: Boolean, orderBy: PaginationOrderBy): TeamConnection!
  users(filter: UserFilter, first: Int, after: String): UserConnection!
  issue(id: String!): Issue!
  issues(filter: IssueFilter, first: Int, after: String, includeArchived: Boolean, orderBy: PaginationOrderBy): IssueConnection!
  issueLabels(filter: IssueLabelFilter, first: Int, after: String): IssueLabelConnection!
  webhook(id: String!): Webhook!
  webhooks(first: Int, after: String, includeArchived: Boolean): WebhookConnection!
}

input IssueCreateInput {
  id: String teamId: String! title: String description: String stateId: String assigneeId: String priority: Int
  labelIds: [String!] parentId: String dueDate: TimelessDate
}
input IssueUpdateInput {
  teamId: String title: String description: String stateId: String assigneeId: String priority: Int
  labelIds: [String!] addedLabelIds: [String!] removedLabelIds: [String!] parentId: String dueDate: TimelessDate
}
type IssuePayload { success: Boolean! lastSyncId: Float! issue: Issue }
type IssueArchivePayload { success: Boolean! lastSyncId: Float! entity: Issue }

input WebhookCreateInput {
  url: String! label: String enabled: Boolean secret: String resourceTypes: [String!]! teamId: String
  allPublicTeams: Boolean
}
input WebhookUpdateInput { url: String label: String enabled: Boolean secret: String resourceTypes: [String!] }
type WebhookPayload { success: Boolean! lastSyncId: Float! webhook: Webhook! }
type DeletePayload { success: Boolean! lastSyncId: Float! entityId: String! }

type Mutation {
  issueCreate(input: IssueCreateInput!): IssuePayload!
  issueUpdate(id: String!, input: IssueUpdateInput!): IssuePayload!
  issueArchive(id: String!, trash: Boolean): IssueArchivePayload!
  issueUnarchive(id: String!): IssueArchivePayload!
  issueDelete(id: String!, permanentlyDelete: Boolean): IssueArchivePayload!
  webhookCreate(input: WebhookCreateInput!): WebhookPayload!
  webhookUpdate(id: String!, input: WebhookUpdateInput!): WebhookPayload!
  webhookDelete(id: String!): DeletePayload!
}
`;
