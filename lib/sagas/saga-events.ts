import { z } from 'zod';
import type { Json, JsonObject } from '#lib/core/index';
import { sagaFaultSchema } from './schema.ts';

const json: z.ZodType<JsonObject> = z.record(z.string(), z.json() as z.ZodType<Json>);
const step = z.string();
const note = z.string().nullable();
/** Milliseconds after the event; null: not tried again. */
const retryInMs = z.number().nullable();

/**
 * Everything that can happen to a saga. `step_began` is written before a step acts and everything
 * else after it was so; what is not written down has perhaps happened, and is done again.
 */
export const sagaEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), input: json, steps: z.array(step) }),
  z.object({ type: z.literal('step_began'), step }),
  /** It did its part and waits for something else to happen; looked at again from time to time. */
  z.object({ type: z.literal('step_waiting'), step, note }),
  /** `isLast`: the steps behind it have become pointless. */
  z.object({
    type: z.literal('step_completed'),
    step,
    output: json,
    note,
    isLast: z.boolean(),
  }),
  z.object({
    type: z.literal('step_failed'),
    step,
    error: sagaFaultSchema,
    fate: z.enum(['retry', 'go_on', 'compensate']),
    retryInMs,
  }),
  z.object({ type: z.literal('compensation_began'), step }),
  z.object({ type: z.literal('compensation_completed'), step, note }),
  z.object({ type: z.literal('compensation_failed'), step, error: sagaFaultSchema, retryInMs }),
  z.object({ type: z.literal('ended'), state: z.enum(['completed', 'failed', 'compensated']) }),
]);
export type SagaEvent = z.infer<typeof sagaEventSchema>;

/** As it stands in the log. */
export type StoredEvent = SagaEvent & { atMs: number };
