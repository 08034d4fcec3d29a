import { z } from 'zod';

export const creationStates = [
  'owed',
  'sending',
  'unknown',
  'done',
  'refused',
  'cancelled',
] as const;
export type CreationState = (typeof creationStates)[number];

/** An object owed to a stream for a record. */
export const creationSchema = z.object({
  id: z.uuid(),
  record_id: z.uuid(),
  connection_id: z.uuid(),
  stream_id: z.uuid(),
  state: z.enum(creationStates),
  /** Why it waits or was refused, in the service's words where it has said something. */
  error: z
    .object({ code: z.string(), message: z.string(), fields: z.array(z.string()).optional() })
    .nullable(),
  /** It waits for a person: many at once, or more than one object could be it. */
  asks: z.boolean(),
  attempts: z.number().int(),
  next_attempt_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
});
export type Creation = z.infer<typeof creationSchema>;

export const creationActionSchema = z.strictObject({ action: z.enum(['retry', 'cancel']) });
