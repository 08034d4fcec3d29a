import { z } from 'zod';
import { limits } from '#lib/core/index';

/**
 * What is read of Linear's objects: no more than the mapping needs, every other key passes through.
 * https://linear.app/developers/graphql
 */
const id = z.string().min(1).max(200);
const name = z.string().max(limits.setItemChars);
const time = z.string().nullish();

export const stateSchema = z.looseObject({
  id,
  name: z.string(),
  /** Text and not a list of values, so that a new one is no fault. */
  type: z.string(),
});
export type State = z.infer<typeof stateSchema>;

export const positionedStateSchema = stateSchema.extend({ position: z.number() });
export type PositionedState = z.infer<typeof positionedStateSchema>;

const personSchema = z.looseObject({
  id,
  displayName: z.string().min(1).max(limits.setItemChars),
  avatarUrl: z.string().nullish(),
});

export const labelSchema = z.looseObject({ id, name });

const pageInfoSchema = z.looseObject({
  hasNextPage: z.boolean(),
  endCursor: z.string().nullish(),
});

/** A page of anything; what its items are is looked at one by one. */
export const connectionSchema = z.looseObject({
  nodes: z.array(z.unknown()),
  pageInfo: pageInfoSchema,
});

/** What the API and a webhook say of an issue alike. */
const issueFacts = {
  id,
  number: z.number().int().nonnegative(),
  identifier: z.string().min(1).max(200),
  title: z.string(),
  description: z.string().nullish(),
  url: z.string().nullish(),
  priority: z.number().nullish(),
  dueDate: z.string().nullish(),
  trashed: z.boolean().nullish(),
  createdAt: time,
  updatedAt: z.string(),
  completedAt: time,
  canceledAt: time,
  state: stateSchema,
};

const issueFactsSchema = z.object(issueFacts);
export type IssueFacts = z.infer<typeof issueFactsSchema>;

export const issueSchema = z.looseObject({
  ...issueFacts,
  team: z.looseObject({ id }),
  assignee: personSchema.nullable(),
  creator: personSchema.nullish(),
  parent: z.looseObject({ identifier: z.string().max(200) }).nullable(),
  labels: z.looseObject({ nodes: z.array(labelSchema), pageInfo: pageInfoSchema }),
});
export type Issue = z.infer<typeof issueSchema>;

/** In a webhook what an issue has nothing of is left out. */
export const eventIssueSchema = z.looseObject({
  ...issueFacts,
  teamId: id,
  assigneeId: id.nullish(),
  parentId: id.nullish(),
  labels: z.array(labelSchema).nullish(),
});
export type EventIssue = z.infer<typeof eventIssueSchema>;

/** Enough of an issue to read it again, when it is not carried whole. */
export const issueStubSchema = z.looseObject({
  id,
  teamId: id,
  identifier: z.string().max(200).nullish(),
});

export const teamSchema = z.looseObject({
  id,
  key: z.string().min(1).max(40),
  name: z.string().min(1).max(200),
  description: z.string().nullish(),
  private: z.boolean().nullish(),
  archivedAt: time,
  issueCount: z.number().int().nonnegative().nullish(),
});

export const viewerSchema = z.looseObject({
  id,
  displayName: z.string().min(1),
  url: z.string().nullish(),
});

export const userSchema = z.looseObject({
  id,
  displayName: z.string().min(1),
  name: z.string().nullish(),
});

export const webhookSchema = z.looseObject({
  id,
  url: z.string().nullish(),
  enabled: z.boolean(),
  resourceTypes: z.array(z.string()),
  team: z.looseObject({ id }).nullish(),
});

/** https://linear.app/developers/graphql#error-handling */
export const errorsSchema = z.looseObject({
  errors: z
    .array(
      z.looseObject({
        message: z.string(),
        extensions: z
          .looseObject({
            code: z.string().nullish(),
            type: z.string().nullish(),
            userPresentableMessage: z.string().nullish(),
          })
          .nullish(),
      }),
    )
    .min(1),
});
export type LinearErrors = z.infer<typeof errorsSchema>['errors'];

export const scopeSchema = z.object({ team_id: z.string().regex(/^[\w-]{1,100}$/) });
