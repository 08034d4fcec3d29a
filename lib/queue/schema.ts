import { z } from 'zod';

/** `stuck` must never be: rows are due for long, and no job stands for them. */
export const queueConditions = ['idle', 'working', 'behind', 'failing', 'stuck', 'paused'] as const;

/** Counts end here: more is shown as at least as many. */
export const owedRowsShown = 1_000;

export const queueFailureSchema = z.object({
  queue: z.string(),
  key: z.string(),
  code: z.string(),
  reason: z.string(),
  count: z.number().int(),
  first_at: z.iso.datetime(),
  last_at: z.iso.datetime(),
  /** Left alone until then. */
  retry_at: z.iso.datetime(),
});
export type QueueFailure = z.infer<typeof queueFailureSchema>;

export const workersSchema = z.object({
  /** Living workers that hear of due rows at once, and those that look for them by the clock. */
  listening: z.number().int(),
  polling: z.number().int(),
});
export type Workers = z.infer<typeof workersSchema>;

/** GET /system/queues: what one workspace is owed. */
export const owedQueueSchema = z.object({
  name: z.string(),
  due: z.number().int(),
  oldest_at: z.iso.datetime().nullable(),
  failing: z.number().int(),
  paused_at: z.iso.datetime().nullable(),
});
export type OwedQueue = z.infer<typeof owedQueueSchema>;

export const owedSchema = z.object({
  queues: z.array(owedQueueSchema),
  failures: z.array(queueFailureSchema),
  workers: workersSchema,
});
export type OwedWork = z.infer<typeof owedSchema>;

/** GET /system/instance-queues: the queues of the whole instance. */
export const instanceQueueSchema = owedQueueSchema.extend({
  waiting: z.number().int(),
  running: z.number().int(),
  condition: z.enum(queueConditions),
  /** Why keys fail, most frequent first. */
  reasons: z.array(
    z.object({ code: z.string(), keys: z.number().int(), last_at: z.iso.datetime() }),
  ),
});
export type InstanceQueue = z.infer<typeof instanceQueueSchema>;

export const ruleQueueSchema = z.strictObject({ paused: z.boolean() });
export const redriveSchema = z.strictObject({
  /** One key; all of the queue without it. */
  key: z.string().min(1).max(200).optional(),
});
export const redrivenSchema = z.object({ redriven: z.number().int() });
