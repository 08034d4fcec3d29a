import { z } from 'zod';
import { kinds } from '#lib/kinds/index';
import { fieldRuleSchema, fieldRulesSchema } from '#lib/sync/schema';

export { type Creation, creationSchema, releasedSchema } from './creation-shape.ts';

export const flowStatuses = ['draft', 'live', 'paused'] as const;
export const flowSidesMin = 2;
export const flowSidesMax = 3;
/** What a flow shows is counted up to here; a figure that is larger says that there are more. */
export const flowCountMost = 10_000;

export const flowSideSchema = z.object({
  stream_id: z.uuid(),
  stream_name: z.string(),
  connection_id: z.uuid(),
  connector: z.string(),
  resource: z.string(),
  position: z.number().int(),
  /** What is missing is made there. */
  creates: z.boolean(),
  /** Whether objects can be made there at all. */
  can_create: z.boolean(),
  rules: z.array(fieldRuleSchema),
  /** Raised by every change of the rules, also by a choice that is to hold always. */
  rules_version: z.number().int(),
});
export type FlowSide = z.infer<typeof flowSideSchema>;

export const flowSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  kind: z.enum(kinds),
  status: z.enum(flowStatuses),
  match_fields: z.array(z.string()),
  on_difference: z.enum(['first_side', 'ask']),
  version: z.number().int(),
  sides: z.array(flowSideSchema),
  /**
   * Records that live at more than one side; what is owed to a side; what was sent there and whose outcome
   * nobody knows; open conflicts; what was refused.
   * Each is exact up to 10,000; 10,001 stands for more.
   */
  joined: z.number().int(),
  owed: z.number().int(),
  unknown: z.number().int(),
  conflicts: z.number().int(),
  refused: z.number().int(),
  /** The newest plan, if any. */
  plan_id: z.uuid().nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type Flow = z.infer<typeof flowSchema>;

const name = z.string().trim().min(1).max(120);
const sideInput = z.strictObject({
  stream_id: z.uuid(),
  /** Whether what is missing is made there; where nothing is said, wherever it can be. */
  creates: z.boolean().optional(),
  rules: fieldRulesSchema.default([]),
  /** Of the rules these were made from: where they are others by now, nothing is changed. */
  rules_version: z.number().int().nonnegative().optional(),
});
export const flowInputSchema = z.strictObject({
  name,
  /** In order: the first side's values stand where nobody else decides. */
  sides: z.array(sideInput).min(flowSidesMin).max(flowSidesMax),
  match_fields: z.array(z.string().max(80)).min(1).max(5).default(['title']),
  on_difference: z.enum(['first_side', 'ask']).default('ask'),
});
export type FlowInput = z.infer<typeof flowInputSchema>;

export const flowPatchSchema = z.strictObject({
  name: name.optional(),
  status: z.enum(['live', 'paused']).optional(),
  sides: z.array(sideInput).min(flowSidesMin).max(flowSidesMax).optional(),
  match_fields: z.array(z.string().max(80)).min(1).max(5).optional(),
  on_difference: z.enum(['first_side', 'ask']).optional(),
});
export type FlowPatch = z.infer<typeof flowPatchSchema>;

export const suggestionInputSchema = z.strictObject({
  stream_ids: z.array(z.uuid()).min(flowSidesMin).max(flowSidesMax),
});

/** What a mapping could be, each rule with the reason in words, before anything is stored. */
export const suggestionSchema = z.object({
  stream_id: z.uuid(),
  rules: z.array(fieldRuleSchema.extend({ reason: z.string() })),
  /** Fields of the kind that this side does not have or cannot write, with the reason. */
  gaps: z.array(z.object({ field: z.string(), reason: z.string() })),
  /** What values a field has there, where they can be listed: for maps of values. */
  values: z.record(z.string(), z.array(z.string())),
});
export type Suggestion = z.infer<typeof suggestionSchema>;

export const planStatuses = [
  'queued',
  'making',
  'ready',
  'enabling',
  'done',
  'cancelled',
  'failed',
  'void',
] as const;
export const planActions = ['join', 'create', 'review'] as const;
export const planRowStatuses = ['planned', 'done', 'skipped', 'failed', 'rejected'] as const;

export const planSchema = z.object({
  id: z.uuid(),
  flow_id: z.uuid(),
  status: z.enum(planStatuses),
  /** Rows by what they do; `updates` and `conflicts` count fields of rows that join. Flows delete nothing. */
  counts: z.object({
    joins: z.number().int(),
    creates: z.number().int(),
    updates: z.number().int(),
    conflicts: z.number().int(),
    reviews: z.number().int(),
    deletes: z.number().int(),
  }),
  estimate: z
    .object({
      calls: z.number().int(),
      minutes: z.number(),
      /** The service's bound on new objects that says how long it lasts, where one does. */
      limit: z
        .object({ provider: z.string(), objects: z.number().int(), per_seconds: z.number() })
        .nullish(),
    })
    .nullable(),
  /** Rows looked at while it is made, rows carried out while it is enabled. */
  done: z.number().int(),
  total: z.number().int().nullable(),
  skipped: z.number().int(),
  failed: z.number().int(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
});
export type Plan = z.infer<typeof planSchema>;

export const planRowSchema = z.object({
  ordinal: z.number().int(),
  action: z.enum(planActions),
  status: z.enum(planRowStatuses),
  /** Why it was skipped, failed, or needs a person. */
  reason: z.string().nullable(),
  title: z.string(),
  record_id: z.uuid(),
  /** What is joined, or could be: a record of another side. */
  others: z.array(
    z.object({
      record_id: z.uuid(),
      stream_id: z.uuid(),
      title: z.string(),
      url: z.string().nullable(),
    }),
  ),
  /** Streams an object is made in. */
  targets: z.array(z.uuid()),
  differences: z.array(
    z.object({
      field: z.string(),
      stream_id: z.uuid(),
      from: z.unknown(),
      to: z.unknown(),
      becomes: z.enum(['update', 'conflict']),
    }),
  ),
  /** Of a row in review: what a person said; null as long as nobody has. */
  choice: z.object({ record_id: z.uuid().nullable() }).nullable(),
});
export type PlanRow = z.infer<typeof planRowSchema>;

/** Whom a row in review is: one of `others`, or nobody (then it is made where it is missing). */
export const planChoiceSchema = z.strictObject({ record_id: z.uuid().nullable() });
