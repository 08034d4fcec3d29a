import { z } from 'zod';
import { limits } from '#lib/core/index';
import { kinds, taskStates } from '#lib/kinds/index';
import { conflictSchema } from './conflict-shape.ts';

export {
  type Conflict,
  type ConflictChoice,
  type ConflictCounts,
  type ConflictFilter,
  conflictChoices,
  conflictCountsSchema,
  conflictFilterSchema,
  conflictSchema,
  conflictStatuses,
  type Resolution,
  type ResolveAllInput,
  type ResolveAnswer,
  type ResolvedAll,
  resolveAllInputSchema,
  resolveAnswerSchema,
  resolvedAllSchema,
  resolveInputSchema,
  type Settled,
  settledAtOnce,
  type Undone,
  undoInputSchema,
  undoneSchema,
} from './conflict-shape.ts';

export * from './undo-schema.ts';

export const linkStates = [
  'synced',
  'dirty',
  'pushing',
  'refused',
  'unknown',
  'conflict',
  'inaccessible',
  'tombstone',
] as const;

/** The code of the error of a link whose object is there, but outside of what its stream reads. */
export const leftScopeCode = 'sync.left_scope';

/** A record's life at one connection, with how far the last edit got. */
export const linkSchema = z.object({
  id: z.uuid(),
  connection_id: z.uuid(),
  stream_id: z.uuid(),
  connector: z.string(),
  external_key: z.string().nullable(),
  url: z.string().nullable(),
  state: z.enum(linkStates),
  held: z.array(z.string()),
  /** With `fields` it did not take: whether the record went back to what was before, or keeps them. */
  error: z
    .object({
      code: z.string(),
      message: z.string(),
      fields: z.array(z.string()).optional(),
      here: z.enum(['taken_back', 'kept']).optional(),
    })
    .nullable(),
  /** Fields whose value at the service cannot be held here, with the reason; they are not written there. */
  unreadable: z.record(z.string(), z.string()).optional(),
  /** What another service calls the record it would name, and cannot: that does not live there yet. */
  unsaid_name: z.string().nullish(),
  /** The flow what it owes waits for, by its name: it is paused. */
  waits_for: z.string().nullish(),
  dirty_at: z.iso.datetime().nullable(),
  pushed_at: z.iso.datetime().nullable(),
  echoed_at: z.iso.datetime().nullable(),
});
export type Link = z.infer<typeof linkSchema>;

export const recordSchema = z.object({
  id: z.uuid(),
  kind: z.enum(kinds),
  version: z.number().int(),
  data: z.record(z.string(), z.unknown()),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  deleted_at: z.iso.datetime().nullable(),
  links: z.array(linkSchema),
});
export type RecordRow = z.infer<typeof recordSchema>;

export const recordSorts = ['updated_at', '-updated_at', 'title', '-title'] as const;

export const recordListQuerySchema = z.strictObject({
  workspace_id: z.uuid().optional(),
  kind: z.enum(kinds).default('task'),
  q: z.string().trim().max(200).optional(),
  state: z.enum(taskStates).optional(),
  connection_id: z.uuid().optional(),
  stream_id: z.uuid().optional(),
  label: z.string().max(limits.setItemChars).optional(),
  assignee: z.string().max(limits.setItemChars).optional(),
  sort: z.enum(recordSorts).default('-updated_at'),
  cursor: z.string().max(1_400).optional(),
  limit: z.coerce.number().int().min(1).max(limits.pageRows).default(limits.pageRowsDefault),
  count: z.enum(['exact', 'estimated']).optional(),
});
export type RecordListQuery = z.infer<typeof recordListQuerySchema>;

const items = z.array(z.string().trim().min(1).max(limits.setItemChars)).max(limits.setItems);
/**
 * The fields a person may change, of every kind of record; which of them a record has, and its service
 * can write, is checked when it is known. Absent fields stay as they are.
 */
export const fieldsPatchSchema = z.strictObject({
  title: z.string().max(limits.titleChars).optional(),
  body: z.string().max(limits.bodyChars).nullable().optional(),
  state: z.enum(taskStates).optional(),
  labels: items.optional(),
  assignees: items.optional(),
  priority: z.string().trim().min(1).max(80).nullable().optional(),
  due_on: z.iso.date().nullable().optional(),
  parent: z.string().trim().min(1).max(200).nullable().optional(),
  name: z.string().max(limits.titleChars).optional(),
  emails: items.optional(),
  phones: items.optional(),
  company: z.string().max(limits.titleChars).nullable().optional(),
  description: z.string().max(limits.bodyChars).nullable().optional(),
});

export const recordPatchSchema = z.strictObject({
  /** Made by the client; a retry with the same id has no second effect. */
  mutation_id: z.uuid(),
  /** The version the edit was made against. Fields changed since then by others make a 409. */
  version: z.number().int().positive(),
  data: fieldsPatchSchema.refine(
    (patch) => Object.keys(patch).length > 0,
    'name at least one field',
  ),
});
export type RecordPatch = z.infer<typeof recordPatchSchema>;

/** The most services a new record is made at. */
export const newRecordStreams = 3;
export const newRecordSchema = z.strictObject({
  /** Made by the client; a retry with the same id has no second effect. */
  mutation_id: z.uuid(),
  kind: z.enum(kinds),
  /** Streams of different connections, in which an object is made for it. */
  stream_ids: z.array(z.uuid()).min(1).max(newRecordStreams),
  data: fieldsPatchSchema,
});
export type NewRecord = z.infer<typeof newRecordSchema>;

export const begunRecordSchema = z.object({ record_id: z.uuid(), saga_id: z.uuid() });
export type BegunRecord = z.infer<typeof begunRecordSchema>;

/** A stream in which an object can be made for a new record. */
export const recordPlaceSchema = z.object({
  stream_id: z.uuid(),
  stream_name: z.string(),
  connection_id: z.uuid(),
  account_name: z.string(),
  connector: z.string(),
  provider: z.string(),
  kind: z.enum(kinds),
  /** The flow it is a side of. */
  flow_id: z.uuid().nullable(),
  /** Fields of the record that it takes. */
  takes: z.array(z.string()),
  /** Those it cannot be without. */
  required: z.array(z.string()),
  /** For a field that takes fewer values there than its kind has: the values it takes. */
  values: z.record(z.string(), z.array(z.string())),
  /** Why nothing can be made there now; null when it can. */
  closed: z.string().nullable(),
});
export type RecordPlace = z.infer<typeof recordPlaceSchema>;

/**
 * Why a change was made, where its origin alone does not say it. Of the hub: two records became one
 * (joined), an object was made for it at the connection (made), it or its last object was taken back
 * (withdrawn), the connection did not take an edit and the value from before was put back (refused). Of
 * a connection: it came with the answer to an edit (answered), or by changed rules from what it had
 * (remapped). Of a person: a conflict was decided (resolved), a decision taken back (resolution_undone).
 */
export const changeReasons = [
  'joined',
  'made',
  'withdrawn',
  'refused',
  'answered',
  'remapped',
  'resolved',
  'resolution_undone',
] as const;
export type ChangeReason = (typeof changeReasons)[number];

export const changeSchema = z.object({
  position: z.number().int(),
  record_id: z.uuid(),
  kind: z.string(),
  version: z.number().int(),
  op: z.enum(['create', 'update', 'delete', 'restore']),
  origin: z.enum(['user', 'connection', 'hub']),
  /** Null where the origin says it all, and of changes from before reasons were kept. */
  reason: z.enum(changeReasons).nullable(),
  actor: z.object({ id: z.uuid(), name: z.string().nullable() }).nullable(),
  connection_id: z.uuid().nullable(),
  run_id: z.uuid().nullable(),
  /** The webhook that told of it. */
  inbox_event_id: z.uuid().nullable(),
  mutation_id: z.uuid().nullable(),
  /** The position of the change this one takes back. */
  undoes: z.number().int().nullable(),
  fields: z.array(z.string()),
  diff: z.record(z.string(), z.tuple([z.unknown(), z.unknown()])),
  at: z.iso.datetime(),
});
export type Change = z.infer<typeof changeSchema>;

/** The catch-up read: changes after a position, each record whole once, and where to go on. */
export const changesAnswerSchema = z.object({
  changes: z.array(changeSchema),
  records: z.array(recordSchema),
  position: z.number().int(),
  has_more: z.boolean(),
});
export type ChangesAnswer = z.infer<typeof changesAnswerSchema>;

/** One try to tell a service about an edit. */
export const pushSchema = z.object({
  id: z.uuid(),
  connection_id: z.uuid(),
  fields: z.array(z.string()),
  created_at: z.iso.datetime(),
  outcome: z.enum(['accepted', 'refused', 'unknown', 'superseded']).nullable(),
  /** `fields`: those it did not take, also of one that was accepted without them. */
  error: z
    .object({ code: z.string(), message: z.string(), fields: z.array(z.string()).optional() })
    .nullable(),
  finished_at: z.iso.datetime().nullable(),
  echoed_at: z.iso.datetime().nullable(),
});
export type Push = z.infer<typeof pushSchema>;

export const creationStates = [
  'owed',
  'sending',
  'unknown',
  'done',
  'refused',
  'cancelled',
] as const;
/** An object made, or owed, at a service for a record. */
export const creationSchema = z.object({
  id: z.uuid(),
  connection_id: z.uuid(),
  stream_id: z.uuid(),
  stream: z.string(),
  state: z.enum(creationStates),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  created_at: z.iso.datetime(),
  sent_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
});
export type Creation = z.infer<typeof creationSchema>;

export const recordHistorySchema = z.object({
  changes: z.array(changeSchema),
  pushes: z.array(pushSchema),
  creations: z.array(creationSchema),
  conflicts: z.array(conflictSchema),
});
export type RecordHistory = z.infer<typeof recordHistorySchema>;
