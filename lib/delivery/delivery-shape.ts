import { z } from 'zod';

/** Owed: pending, sending, and failed, which is tried again by itself. The others are over. */
export const deliveryStatuses = [
  'pending',
  'sending',
  'failed',
  'delivered',
  'dead',
  'skipped',
  'cancelled',
] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

const attemptSchema = z.object({
  at: z.iso.datetime(),
  /** Null when nobody heard the end of it. */
  ms: z.number().int().nullable(),
  /** held: not sent, because the destination was not to be asked. unknown: the worker died over it. */
  outcome: z.enum(['delivered', 'retry', 'refused', 'gone', 'held', 'unknown']),
  code: z.string().nullable(),
  reason: z.string().nullable(),
  status: z.number().int().nullable(),
  excerpt: z.string().nullable(),
});
export type Attempt = z.infer<typeof attemptSchema>;

export const deliverySchema = z.object({
  id: z.uuid(),
  subscription_id: z.uuid(),
  replay_id: z.uuid().nullable(),
  position: z.number().int(),
  record_id: z.uuid(),
  kind: z.string(),
  op: z.enum(['create', 'update', 'delete', 'restore', 'test']),
  version: z.number().int(),
  origin: z.string(),
  connection_id: z.uuid().nullable(),
  fields: z.array(z.string()),
  title: z.string().nullable(),
  changed_at: z.iso.datetime(),
  status: z.enum(deliveryStatuses),
  attempts: z.number().int(),
  /** Null on an open one that waits for an earlier delivery of the same record. */
  next_attempt_at: z.iso.datetime().nullable(),
  last_attempt: attemptSchema.nullable(),
  created_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
});
export type Delivery = z.infer<typeof deliverySchema>;

export const deliveryDetailSchema = deliverySchema.extend({
  attempt_log: z.array(attemptSchema),
  /** {field: [before, after]}; null when the log does not hold the change any more. */
  diff: z.record(z.string(), z.tuple([z.unknown(), z.unknown()])).nullable(),
});
export type DeliveryDetail = z.infer<typeof deliveryDetailSchema>;

/** Which deliveries a list or an act in bulk is about. */
export const deliveryFilterSchema = z.strictObject({
  subscription_id: z.uuid().optional(),
  status: z.enum(deliveryStatuses).optional(),
  record_id: z.uuid().optional(),
  replay_id: z.uuid().optional(),
  /** Made at or after, and before. */
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
});
export type DeliveryFilter = z.infer<typeof deliveryFilterSchema>;

export const redriveManySchema = z.strictObject({
  subscription_id: z.uuid(),
  /** Delivered ones go out again only when they are asked for by name. */
  status: z.enum(['dead', 'skipped', 'cancelled', 'delivered']).default('dead'),
  ids: z.array(z.uuid()).min(1).max(1_000).optional(),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
  /** Only says how many there are. */
  preview: z.boolean().default(false),
});
export type RedriveMany = z.infer<typeof redriveManySchema>;
/** `left`: how many of the same kind are still there, because one call takes a bounded number. */
export const redrivenSchema = z.object({
  redriven: z.number().int(),
  left: z.number().int(),
});

export const replayInputSchema = z.strictObject({
  from: z.union([
    z.literal('beginning'),
    z.strictObject({ position: z.int().positive() }),
    z.strictObject({ at: z.iso.datetime() }),
  ]),
  /** The last one to come; without it the end of the log as it is now. */
  to: z
    .union([
      z.strictObject({ position: z.int().positive() }),
      z.strictObject({ at: z.iso.datetime() }),
    ])
    .optional(),
  record_id: z.uuid().optional(),
  /** Only says how many changes it would look at, and how many of them the filter lets through. */
  preview: z.boolean().default(false),
});
export type ReplayInput = z.infer<typeof replayInputSchema>;

export const replaySchema = z.object({
  /** Null in a preview. */
  id: z.uuid().nullable(),
  subscription_id: z.uuid(),
  after_position: z.number().int(),
  upto_position: z.number().int(),
  cursor: z.number().int(),
  record_id: z.uuid().nullable(),
  status: z.enum(['preview', 'running', 'done', 'cancelled']),
  /** Changes of the range; the subscription's filter decides of which of them deliveries are made. */
  changes: z.number().int(),
  /**
   * Of a preview: how many of them the filter lets through. Not exact where the stretch is longer than
   * is looked at for it; then there are at least so many. Null for a replay, which counts as it goes.
   */
  matching: z.object({ count: z.number().int(), is_exact: z.boolean() }).nullable(),
  created_count: z.number().int(),
  delivered_count: z.number().int(),
  dead_count: z.number().int(),
  created_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
});
export type Replay = z.infer<typeof replaySchema>;
