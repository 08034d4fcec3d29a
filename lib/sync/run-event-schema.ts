import { z } from 'zod';

const fault = z.object({ code: z.string(), message: z.string() });
const count = z.number().int();
const counts = { done: count, created: count, updated: count, unchanged: count };

/** A few of the records a question is about. */
const askedRecord = z.object({
  record_id: z.uuid(),
  title: z.string().nullable(),
  external_key: z.string().nullable(),
});

/** What a sweep asks before it changes so many records: resume means yes, cancel means no. */
export const asksSchema = z.object({
  what: z.enum(['delete', 'overwrite']),
  count,
  of: count,
  sample: z.array(askedRecord).optional(),
});
export type Asks = z.infer<typeof asksSchema>;

const nothing = z.object({});
/** `times`: so often in a row, for the same reason. */
const setback = z.object({ attempts: count, error: fault, times: count, after_ms: count });

const shapes = {
  queued: z.object({ kind: z.enum(['backfill', 'poll', 'reconcile']), is_held: z.boolean() }),
  /** It is known how changes will arrive: the first page may be read. */
  released: nothing,
  /** A worker has it. `takes_over`: from one that was not heard of any more. */
  started: z.object({ takes_over: z.boolean(), allows: asksSchema.nullable() }),
  /** Pages that were applied; `total` as it was known after them. */
  page: z.object({ ...counts, pages: count, total: count.nullable() }),
  /** Other work had its turn, and an older fault is forgotten. */
  yielded: z.object({ attempts: count }),
  postponed: setback,
  /** The place it stood at is gone: it reads from the beginning. */
  restarted: setback,
  paused: nothing,
  asked: z.object({ asks: asksSchema, error: fault }),
  resumed: nothing,
  cancelled: nothing,
  completed: z.object({ total: count.nullable() }),
  failed: z.object({ attempts: count, error: fault }),
  /** A page of a poll, which is a run of its own only when it changed something or failed. */
  polled: z.object({
    ...counts,
    status: z.enum(['completed', 'failed']),
    error: fault.nullable(),
  }),
} as const;

export type RunEventType = keyof typeof shapes;
export type RunEventData = { [T in RunEventType]: z.infer<(typeof shapes)[T]> };

const stamped = {
  seq: count,
  at: z.iso.datetime(),
  by: z.object({ id: z.uuid(), name: z.string().nullable() }).nullable(),
};
const event = <T extends RunEventType>(type: T) =>
  z.object({ ...stamped, type: z.literal(type), data: shapes[type] });

/** What happened to a run; all of it in order is the run. */
export const runEventSchema = z.discriminatedUnion('type', [
  event('queued'),
  event('released'),
  event('started'),
  event('page'),
  event('yielded'),
  event('postponed'),
  event('restarted'),
  event('paused'),
  event('asked'),
  event('resumed'),
  event('cancelled'),
  event('completed'),
  event('failed'),
  event('polled'),
]);
export type RunEvent = z.infer<typeof runEventSchema>;
/** One that is about to be written down. */
export type NewRunEvent = {
  [T in RunEventType]: { type: T; data: RunEventData[T] };
}[RunEventType];

export const runHistorySchema = z.object({
  data: z.array(runEventSchema),
  /** Calls of this run that were not needed: unchanged lists, reads gathered into one. */
  calls_saved: count,
  /** A run from before events were kept has none. */
  is_whole: z.boolean(),
});
export type RunHistory = z.infer<typeof runHistorySchema>;
