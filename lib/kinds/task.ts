import { z } from 'zod';
import { limits } from '#lib/core/index';
import { personSchema, referenceChars, textSet } from './shapes.ts';

export const taskStates = ['open', 'in_progress', 'done', 'cancelled'] as const;
export type TaskState = (typeof taskStates)[number];

/**
 * A task (an issue, a ticket, a to-do). Text is Markdown; times are ISO 8601 in UTC; sets hold no
 * duplicates and no order. `assignees` are logins at the service the record lives in. `parent` is what the
 * service the record came from calls it, or another one's name for it with that connection behind it.
 */
export const taskDataSchema = z.object({
  title: z.string().max(limits.titleChars),
  body: z.string().max(limits.bodyChars).nullable(),
  state: z.enum(taskStates),
  raw_state: z.string().max(80).nullable(),
  assignees: textSet,
  labels: textSet,
  priority: z.string().max(80).nullable(),
  due_on: z.iso.date().nullable(),
  parent: z.string().max(referenceChars).nullable(),
  number: z.number().int().nonnegative().nullable(),
  url: z.string().max(2000).nullable(),
  author: personSchema.nullable(),
  comments: z.number().int().nonnegative(),
  created_at: z.iso.datetime().nullable(),
  closed_at: z.iso.datetime().nullable(),
});
export type TaskData = z.infer<typeof taskDataSchema>;
