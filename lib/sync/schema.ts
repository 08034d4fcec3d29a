import { z } from 'zod';
import { mergePolicies } from '#lib/kinds/index';
import { asksSchema } from './run-event-schema.ts';

export * from './run-event-schema.ts';

export const streamSchema = z.object({
  id: z.uuid(),
  connection_id: z.uuid(),
  resource: z.string(),
  kind: z.string(),
  name: z.string(),
  scope: z.record(z.string(), z.unknown()),
  phase: z.enum(['waiting', 'backfill', 'live', 'paused', 'failed']),
  phase_detail: z.string().nullable(),
  records: z.number().int(),
  /** Records whose object there has a value that cannot be held here. */
  unreadable: z.number().int().optional(),
  next_poll_at: z.iso.datetime().nullable(),
  last_polled_at: z.iso.datetime().nullable(),
  last_event_at: z.iso.datetime().nullable(),
  last_changed_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
});
export type Stream = z.infer<typeof streamSchema>;

export const streamInputSchema = z.strictObject({
  connection_id: z.uuid(),
  resource: z.string().min(1).max(40),
  /** A key of GET /connections/{id}/scopes. */
  scope_key: z.string().min(1).max(400).optional(),
  /** For connectors whose streams are defined; checked as POST /connections/{id}/preview does. */
  definition: z.record(z.string(), z.unknown()).optional(),
});

export const runStatuses = [
  'queued',
  'running',
  'paused',
  'completed',
  'failed',
  'cancelled',
] as const;
export const runSchema = z.object({
  id: z.uuid(),
  connection_id: z.uuid(),
  stream_id: z.uuid(),
  kind: z.enum(['backfill', 'poll', 'reconcile']),
  status: z.enum(runStatuses),
  done: z.number().int(),
  total: z.number().int().nullable(),
  created: z.number().int(),
  updated: z.number().int(),
  unchanged: z.number().int(),
  calls: z.number().int(),
  attempts: z.number().int(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** Of a paused sweep, what it asks. */
  asks: asksSchema.nullable().optional(),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  updated_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
});
export type Run = z.infer<typeof runSchema>;

export const runActionSchema = z.strictObject({ action: z.enum(['pause', 'resume', 'cancel']) });

/**
 * both: travels both ways. in: from the service to the record, never written there. out: from the
 * record to the service, where a change of it is overwritten. none: does not travel.
 */
export const directions = ['both', 'in', 'out', 'none'] as const;
export type Direction = (typeof directions)[number];

/** Pairs of one map of values. */
export const mappedValues = 200;
const mapped = z.string().max(200);
/** How a value reads there (at the service) and here (in the record). */
export const transformSchema = z.discriminatedUnion('type', [
  /**
   * Of a list, each item. A value without a pair stays as it is (`keep`) or does not travel (`skip`).
   * Several `here` may share one `there`: then the first pair says what comes back, and a value that
   * was not changed there keeps the one it has here. `only`: of a list, the first item that travels is
   * all that stands there.
   */
  z.strictObject({
    type: z.literal('values'),
    pairs: z.array(z.strictObject({ here: mapped, there: mapped })).max(mappedValues),
    otherwise: z.enum(['keep', 'skip']),
    only: z.literal('first').exactOptional(),
  }),
  /** The text there begins with it, the text here does not. */
  z.strictObject({ type: z.literal('prefix'), text: z.string().min(1).max(80) }),
  /** On the way there. */
  z.strictObject({ type: z.literal('case'), to: z.enum(['lower', 'upper']) }),
  /**
   * A list here, its first item there: as a text, or as a list of one. The others stay here; which of
   * them stands there changes only when that one leaves the list.
   */
  z.strictObject({ type: z.literal('first') }),
  /** One value here, a list of one there. */
  z.strictObject({ type: z.literal('list') }),
]);
export type Transform = z.infer<typeof transformSchema>;

export const fieldRuleSchema = z.strictObject({
  /** Canonical field of the record. */
  field: z.string().min(1).max(80),
  /** Canonical field as the connector reads and writes it. */
  side_field: z.string().min(1).max(80),
  direction: z.enum(directions),
  /** Null: the field's own rule. */
  policy: z.enum(mergePolicies).nullable(),
  transform: transformSchema.nullable(),
});
export type FieldRule = z.infer<typeof fieldRuleSchema>;
export const fieldRulesSchema = z.array(fieldRuleSchema).max(60);
