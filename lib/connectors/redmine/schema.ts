import { z } from 'zod';
import { limits } from '#lib/core/index';

/**
 * What is read of Redmine's objects: no more than the mapping needs, every other key passes through.
 * https://www.redmine.org/projects/redmine/wiki/Rest_Issues
 */
const id = z.number().int().positive();
const time = z.string().nullish();

const named = z.looseObject({ id, name: z.string().max(limits.setItemChars) });
export type Named = z.infer<typeof named>;

/** Whether it is closed is said in an issue since 5.0; the list of statuses has always said it. */
export const statusSchema = z.looseObject({
  id,
  name: z.string(),
  is_closed: z.boolean().nullish(),
});
export type Status = z.infer<typeof statusSchema>;

/** Enough of an issue to see what it says of its status. */
export const statusOfSchema = z.looseObject({ status: statusSchema });

export const issueSchema = z.looseObject({
  id,
  project: z.looseObject({ id }),
  status: statusSchema,
  priority: named.nullish(),
  author: named.nullish(),
  assigned_to: named.nullish(),
  parent: z.looseObject({ id }).nullish(),
  subject: z.string(),
  description: z.string().nullish(),
  due_date: z.string().nullish(),
  created_on: time,
  updated_on: z.string(),
  closed_on: time,
});

export const statusListSchema = z.looseObject({ issue_statuses: z.array(statusSchema) });

export const trackerListSchema = z.looseObject({
  trackers: z.array(z.looseObject({ default_status: z.looseObject({ id }).nullish() })),
});

export const priorityListSchema = z.looseObject({ issue_priorities: z.array(named) });

/** An issue with what its workflow lets the account make of it (since 5.0). */
export const issueAnswerSchema = z.looseObject({
  issue: z.looseObject({ allowed_statuses: z.array(statusSchema).nullish() }),
});

/** What somebody may have put into an issue that is to be deleted. */
export const usedIssueSchema = z.looseObject({
  issue: z.looseObject({
    children: z.array(z.unknown()).nullish(),
    spent_hours: z.number().nullish(),
    total_spent_hours: z.number().nullish(),
  }),
});

/** A page of issues; what its items are is looked at one by one. */
export const issuePageSchema = z.looseObject({
  issues: z.array(z.unknown()),
  total_count: z.number().int().nonnegative(),
});

export const userAnswerSchema = z.looseObject({
  user: z.looseObject({
    id,
    login: z.string().nullish(),
    firstname: z.string().nullish(),
    lastname: z.string().nullish(),
  }),
});

export const projectPageSchema = z.looseObject({
  projects: z.array(z.unknown()),
  total_count: z.number().int().nonnegative(),
});

export const projectSchema = z.looseObject({
  id,
  name: z.string().min(1).max(limits.setItemChars),
  identifier: z.string().max(200),
  /** 1 active, 5 closed, 9 archived. */
  status: z.number().int().nullish(),
  is_public: z.boolean().nullish(),
  updated_on: time,
  enabled_modules: z.array(z.looseObject({ name: z.string() })).nullish(),
});
export type Project = z.infer<typeof projectSchema>;

/** A member is a person or a group. */
export const memberPageSchema = z.looseObject({
  memberships: z.array(z.looseObject({ user: named.nullish(), group: named.nullish() })),
  total_count: z.number().int().nonnegative(),
});

/** Sentences in the language of the account. */
export const errorsSchema = z.looseObject({ errors: z.array(z.string()) });

export const scopeSchema = z.object({ project_id: z.number().int().positive() });
