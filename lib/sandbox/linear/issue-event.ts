import { identifierOf, ownTeam, stateOf } from './access.ts';
import type { Caller } from './grants.ts';
import type { IssueRow, WebhookRow } from './rows.ts';
import { issueUrl, type LinearWorld, organization } from './world.ts';

export type IssueAction = 'create' | 'update' | 'remove';

export const priorityLabels = ['No priority', 'Urgent', 'High', 'Medium', 'Low'];

/**
 * The body of a webhook about an issue. `data` names people, labels and the state in short; what the
 * issue has nothing of (no assignee, no description) is left out.
 * https://linear.app/developers/webhooks#webhook-payload
 */
export function issueEvent(
  world: LinearWorld,
  caller: Caller,
  action: IssueAction,
  issue: IssueRow,
  before: IssueRow | null,
): Record<string, unknown> {
  const { person } = caller;
  const identifier = identifierOf(world, issue);
  const url = issueUrl(world.at.publicOrigin, identifier);
  return {
    action,
    actor: { id: person.uuid, name: person.name, email: person.email, type: 'user' },
    createdAt: issue.updated_at,
    data: issueData(world, issue, identifier, url),
    url,
    type: 'Issue',
    organizationId: organization.id,
    ...(before && action === 'update' ? { updatedFrom: changedFrom(before, issue) } : {}),
  };
}

/** Said anew with every attempt: the moment is part of what is signed. */
export const signable = (
  world: LinearWorld,
  event: Record<string, unknown>,
  hook: WebhookRow,
): string =>
  JSON.stringify({ ...event, webhookTimestamp: world.clock.now(), webhookId: hook.uuid });

function issueData(
  world: LinearWorld,
  issue: IssueRow,
  identifier: string,
  url: string,
): Record<string, unknown> {
  const { tables } = world;
  const team = ownTeam(world, issue);
  const state = stateOf(world, issue);
  const assignee = tables.people.findOneBy('uuid', issue.assigneeUuid);
  const labels = issue.labelUuids.flatMap((id) => tables.labels.findOneBy('uuid', id) ?? []);
  const optional = {
    description: issue.description,
    assigneeId: issue.assigneeUuid,
    assignee: assignee && { id: assignee.uuid, name: assignee.name, email: assignee.email },
    parentId: issue.parentUuid,
    dueDate: issue.dueDate,
    startedAt: issue.startedTime,
    completedAt: issue.completedTime,
    canceledAt: issue.canceledTime,
    archivedAt: issue.archivedTime,
    trashed: issue.trashed || null,
  };
  return {
    id: issue.uuid,
    createdAt: issue.created_at,
    updatedAt: issue.updated_at,
    number: issue.number,
    title: issue.title,
    priority: issue.priority,
    priorityLabel: priorityLabels[issue.priority],
    identifier,
    url,
    teamId: team.uuid,
    team: { id: team.uuid, key: team.key, name: team.name },
    stateId: state.uuid,
    state: { id: state.uuid, color: state.color, name: state.name, type: state.type },
    creatorId: issue.creatorUuid,
    labelIds: issue.labelUuids,
    labels: labels.map((label) => ({ id: label.uuid, color: label.color, name: label.name })),
    ...Object.fromEntries(
      Object.entries(optional).filter(([, value]) => value !== null && value !== undefined),
    ),
  };
}

const outward: Partial<Record<keyof IssueRow, string>> = {
  updated_at: 'updatedAt',
  teamUuid: 'teamId',
  number: 'number',
  title: 'title',
  description: 'description',
  priority: 'priority',
  stateUuid: 'stateId',
  assigneeUuid: 'assigneeId',
  labelUuids: 'labelIds',
  parentUuid: 'parentId',
  dueDate: 'dueDate',
  startedTime: 'startedAt',
  completedTime: 'completedAt',
  canceledTime: 'canceledAt',
  archivedTime: 'archivedAt',
};

/** The values that were there before, of what changed. */
function changedFrom(before: IssueRow, after: IssueRow): Record<string, unknown> {
  const from: Record<string, unknown> = {};
  for (const [field, name] of Object.entries(outward)) {
    const key = field as keyof IssueRow;
    if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) from[name] = before[key];
  }
  return from;
}
