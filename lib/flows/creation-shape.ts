import { z } from 'zod';

export const creationStates = [
  'owed',
  'sending',
  'unknown',
  'refused',
  'done',
  'cancelled',
] as const;
/** Those that are not over: what a flow still owes. */
export const openCreationStates = ['owed', 'sending', 'unknown', 'refused'] as const;

/** An object owed to a side that has none for a record. */
export const creationSchema = z.object({
  id: z.uuid(),
  record_id: z.uuid(),
  stream_id: z.uuid(),
  /** Of the record, as people know it. */
  title: z.string(),
  state: z.enum(creationStates),
  attempts: z.number().int(),
  /** Why it was refused, or what the last try met. */
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  sent_at: z.iso.datetime().nullable(),
  next_attempt_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
});
export type Creation = z.infer<typeof creationSchema>;

/** How many that had waited for a person are made now. */
export const releasedSchema = z.object({ released: z.number().int() });
