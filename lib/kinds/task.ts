import { z } from 'zod';
import { limits } from '#lib/core/index';

export const taskStates = ['open', 'in_progress', 'done', 'cancelled'] as const;
export type TaskState = (typeof taskStates)[number];

/** A reference to somebody at a service; never a hub user. `id` is the service's own, as text. */
export const personSchema = z.object({
  id: z.string().min(1).max(200),
  login: z.string().min(1).max(200),
  name: z.string().max(200).nullable().optional(),
  avatar_url: z.string().max(2000).nullable().optional(),
});
export type Person = z.infer<typeof personSchema>;

const setItem = z.string().min(1).max(limits.setItemChars);

/**
 * A task (an issue, a ticket, a to-do). Text is Markdown; times are ISO 8601 in UTC; sets hold no
 * duplicates and no order. `assignees` are logins at the service the record lives in.
 */
export const taskDataSchema = z.object({
  title: z.string().max(limits.titleChars),
  body: z.string().max(limits.bodyChars).nullable(),
  state: z.enum(taskStates),
  raw_state: z.string().max(80).nullable(),
  assignees: z.array(setItem).max(limits.setItems),
  labels: z.array(setItem).max(limits.setItems),
  priority: z.string().max(80).nullable(),
  due_on: z.iso.date().nullable(),
  parent: z.string().max(200).nullable(),
  number: z.number().int().nonnegative().nullable(),
  url: z.string().max(2000).nullable(),
  author: personSchema.nullable(),
  comments: z.number().int().nonnegative(),
  created_at: z.iso.datetime().nullable(),
  closed_at: z.iso.datetime().nullable(),
});
export type TaskData = z.infer<typeof taskDataSchema>;
