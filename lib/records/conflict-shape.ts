import { z } from 'zod';
import { limits } from '#lib/core/index';
import { kinds } from '#lib/kinds/index';

export const conflictStatuses = ['open', 'automatic', 'resolved'] as const;
/** local: the hub's value stays. remote: the service's is taken. base: what both had before. value: an edit. */
export const conflictChoices = ['local', 'remote', 'base', 'value'] as const;
export type ConflictChoice = (typeof conflictChoices)[number];

/** Conflicts settled by one call. */
export const settledAtOnce = 200;

const person = z.object({ id: z.uuid(), name: z.string().nullable() });

/** A field that changed on both sides, with the record and the place it is about. */
export const conflictSchema = z.object({
  id: z.uuid(),
  record_id: z.uuid(),
  link_id: z.uuid(),
  field: z.string(),
  base: z.unknown(),
  /** Of an open one what the record has now; afterwards what it had when it was settled. */
  local: z.unknown(),
  remote: z.unknown(),
  /** A mark of `local` and `remote`, to be sent along with a choice between them. */
  sides: z.string(),
  /** Who was to win; `oscillation`, `joined`, `refused` and `delete_wins` say why it came to be. */
  policy: z.string(),
  status: z.enum(conflictStatuses),
  created_at: z.iso.datetime(),
  resolved_at: z.iso.datetime().nullable(),
  /** The service's time of the object as it was then. */
  remote_at: z.iso.datetime().nullable(),
  /** The value that stands since; null while open. */
  resolution: z.unknown(),
  /** Null where no person chose. */
  choice: z.enum(conflictChoices).nullable(),
  resolved_by: person.nullable(),
  connection_id: z.uuid(),
  stream_id: z.uuid(),
  connector: z.string(),
  external_key: z.string().nullable(),
  url: z.string().nullable(),
  kind: z.enum(kinds),
  /** What the record is known by. */
  title: z.string().nullable(),
  version: z.number().int(),
  is_deleted: z.boolean(),
  /** What the record has in this field now. */
  present: z.unknown(),
  /** Other places the record lives at, which are told of the choice. */
  others: z.number().int(),
  /** The last change of the field here, from the change log. */
  local_change: z
    .object({
      version: z.number().int(),
      origin: z.enum(['user', 'connection', 'hub']),
      actor: person.nullable(),
      connector: z.string().nullable(),
      at: z.iso.datetime(),
    })
    .nullable(),
  /** What cannot be chosen, with the reason. */
  closed: z.partialRecord(z.enum(conflictChoices), z.string()),
  /** Why it cannot be undone; null when it can. */
  undo_closed: z.string().nullable(),
});
export type Conflict = z.infer<typeof conflictSchema>;

/** Which conflicts a list, a count or a choice for many is about. */
export const conflictFilterSchema = z.strictObject({
  status: z.enum(conflictStatuses).optional(),
  connection_id: z.uuid().optional(),
  stream_id: z.uuid().optional(),
  flow_id: z.uuid().optional(),
  record_id: z.uuid().optional(),
  field: z.string().min(1).max(80).optional(),
  /** A member. */
  resolved_by: z.uuid().optional(),
});
export type ConflictFilter = z.infer<typeof conflictFilterSchema>;

/** `automatic` and `resolved` are counted up to this; above it they are at least that many. */
export const countedConflicts = 10_000;
export const conflictCountsSchema = z.object({
  open: z.number().int(),
  /** Records with an open conflict. */
  records: z.number().int(),
  automatic: z.number().int(),
  resolved: z.number().int(),
  /** Open ones by stream and field, the most first. */
  groups: z.array(
    z.object({
      connection_id: z.uuid(),
      connector: z.string(),
      stream_id: z.uuid(),
      stream_name: z.string(),
      field: z.string(),
      open: z.number().int(),
    }),
  ),
});
export type ConflictCounts = z.infer<typeof conflictCountsSchema>;

export const resolutionSchema = z.strictObject({
  id: z.uuid(),
  choice: z.enum(conflictChoices),
  /** With the choice `value`; checked as an edit of the record is. */
  value: z
    .union([z.string().max(limits.bodyChars), z.array(z.string()).max(limits.setItems), z.null()])
    .optional(),
  /** `sides` of the conflict as it was shown: a choice between others does not count. */
  seen: z.string().max(40),
  /** From now on the same side wins in this field of the stream, without asking. */
  always: z.boolean().default(false),
});
export type Resolution = z.infer<typeof resolutionSchema>;

export const resolveInputSchema = z.strictObject({
  /** Made by the client; a retry with the same id has no second effect. */
  mutation_id: z.uuid(),
  items: z.array(resolutionSchema).min(1).max(settledAtOnce),
});

export const settledSchema = z.object({
  id: z.uuid(),
  /**
   * changed: it was settled meanwhile, or its sides are not those the page showed. refused: the value
   * cannot be taken. gone: there is no such conflict.
   */
  outcome: z.enum(['resolved', 'changed', 'refused', 'gone']),
  reason: z.string().nullable(),
  /** As it stands now. */
  conflict: conflictSchema.nullable(),
});
export type Settled = z.infer<typeof settledSchema>;

export const resolveAnswerSchema = z.object({
  data: z.array(settledSchema),
  /** Where a choice is to hold always: how many open conflicts the same answer would settle as well. */
  always: z.array(
    z.object({
      stream_id: z.uuid(),
      field: z.string(),
      choice: z.enum(conflictChoices),
      open: z.number().int(),
    }),
  ),
});
export type ResolveAnswer = z.infer<typeof resolveAnswerSchema>;

export const undoInputSchema = z.strictObject({ mutation_id: z.uuid() });
export const undoneSchema = z.object({
  /** reopened: the question stands again. brought_back: the overwritten value is an edit on its way. */
  outcome: z.enum(['reopened', 'brought_back']),
  conflict: conflictSchema,
});
export type Undone = z.infer<typeof undoneSchema>;

export const resolveAllInputSchema = z.strictObject({
  mutation_id: z.uuid(),
  filter: conflictFilterSchema.omit({ status: true, resolved_by: true }).default({}),
  choice: z.enum(['local', 'remote', 'base']),
  /** Only counts. */
  preview: z.boolean().default(false),
  /** From the preview: what came to be afterwards is left alone. */
  upto: z.uuid().optional(),
  /** Of the answer before: goes on below it. */
  before: z.uuid().optional(),
});
export type ResolveAllInput = z.infer<typeof resolveAllInputSchema>;

/** A slice of them: call again with `before: next` until it is null. */
export const resolvedAllSchema = z.object({
  /** Open ones the filter still names. */
  left: z.number().int(),
  upto: z.uuid().nullable(),
  next: z.uuid().nullable(),
  resolved: z.number().int(),
  refused: z.number().int(),
  reasons: z.array(z.string()).max(limits.pageRowsDefault),
});
export type ResolvedAll = z.infer<typeof resolvedAllSchema>;
