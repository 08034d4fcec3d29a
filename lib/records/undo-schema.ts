import { z } from 'zod';

/** Why something cannot be taken back. */
export const undoFaults = [
  /** Somebody else's value stands there now. */
  'changed_since',
  /** It waits for a person to decide between two sides. */
  'in_conflict',
  /** The record is gone; only its service can bring it back. */
  'deleted',
  /** The record became part of another. */
  'joined',
  /** What was made at a service goes when it is deleted there. */
  'created',
  /** A deletion that was itself taken back. */
  'restored',
  /** Only the service says it. */
  'from_service',
  /** A service it is linked to cannot be written to there. */
  'read_only',
  /** A service would not take the former value. */
  'invalid',
  /** Nothing differs from what was before. */
  'same',
] as const;
export type UndoFaultCode = (typeof undoFaults)[number];

export const undoFaultSchema = z.object({
  /** Null: the record as a whole. */
  field: z.string().nullable(),
  code: z.enum(undoFaults),
  reason: z.string(),
  /** With `changed_since`: the value that stands there. */
  now: z.unknown().optional(),
});
export type UndoFault = z.infer<typeof undoFaultSchema>;

export const undoFieldSchema = z.object({
  field: z.string(),
  from: z.unknown(),
  to: z.unknown(),
});

export const changeUndoInputSchema = z.strictObject({
  /** Made by the client; a retry with the same id has no second effect. */
  mutation_id: z.uuid(),
  /** Says what would be, and changes nothing. */
  preview: z.boolean().default(false),
  /** Takes back what can be taken back, where not all can. */
  partial: z.boolean().default(false),
});
export type ChangeUndoInput = z.infer<typeof changeUndoInputSchema>;

export const changeUndoSchema = z.object({
  position: z.number().int(),
  record_id: z.uuid(),
  can: z.array(undoFieldSchema),
  cannot: z.array(undoFaultSchema),
  /** The record was deleted at its services: they are asked for it again, and it returns if it is there. */
  asks_service: z.boolean(),
  is_done: z.boolean(),
  /** The record's version afterwards. */
  version: z.number().int(),
});
export type ChangeUndo = z.infer<typeof changeUndoSchema>;

/** More records than this are taken back only with the number said. */
export const undoAsksAbove = 20;

export const undoRunInputSchema = z.strictObject({
  /** Whose changes: a run's, a plan's, or another undo's. */
  run_id: z.uuid(),
  preview: z.boolean().default(false),
  /** As many records as the preview counted; needed for more than a few. */
  allow: z.number().int().nonnegative().optional(),
});
export type UndoRunInput = z.infer<typeof undoRunInputSchema>;

const reasons = z.record(z.string(), z.number().int());
const undoneRecord = z.object({
  record_id: z.uuid(),
  title: z.string().nullable(),
  can: z.array(undoFieldSchema),
  cannot: z.array(undoFaultSchema),
  asks_service: z.boolean(),
});

export const undoPreviewSchema = z.object({
  /** Records the run changed. */
  records: z.number().int(),
  /** Of those looked at: wholly, in part, by asking the service, not at all. */
  looked_at: z.number().int(),
  can: z.number().int(),
  partly: z.number().int(),
  asks_service: z.number().int(),
  cannot: z.number().int(),
  reasons,
  sample: z.array(undoneRecord),
  /** So many records that the number must be said with the request. */
  needs_allow: z.boolean(),
});
export type UndoPreview = z.infer<typeof undoPreviewSchema>;

export const undoStatuses = [
  'queued',
  'running',
  'asking',
  'completed',
  'cancelled',
  'failed',
] as const;

export const undoRunSchema = z.object({
  id: z.uuid(),
  run_id: z.uuid(),
  /** asking: all is done but for records whose services have still to say whether they have them. */
  status: z.enum(undoStatuses),
  expected: z.number().int(),
  done: z.number().int(),
  undone: z.number().int(),
  partly: z.number().int(),
  kept: z.number().int(),
  asked: z.number().int(),
  restored: z.number().int(),
  reasons,
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  requested_by: z.object({ id: z.uuid(), name: z.string().nullable() }).nullable(),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
});
export type UndoRun = z.infer<typeof undoRunSchema>;

export const undoAnswerSchema = z.object({
  preview: undoPreviewSchema,
  undo: undoRunSchema.nullable(),
});
export type UndoAnswer = z.infer<typeof undoAnswerSchema>;

export const undoDetailSchema = undoRunSchema.extend({
  /** The first records that were not wholly taken back. */
  notes: z.array(
    z.object({
      record_id: z.uuid(),
      title: z.string().nullable(),
      outcome: z.enum(['kept', 'partly', 'asked', 'restored', 'gone']),
      cannot: z.array(undoFaultSchema),
    }),
  ),
});
export type UndoDetail = z.infer<typeof undoDetailSchema>;
