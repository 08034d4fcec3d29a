import { z } from 'zod';

export {
  broughtSecretSchema,
  type ListeningInput,
  type ListeningMade,
  type ListeningState,
  listeningInputSchema,
  listeningMadeSchema,
  listeningSecretInputSchema,
  listeningStateSchema,
  takeBroughtInputSchema,
  webhookPresetSchema,
} from './listening-shape.ts';

/** split: came as one body whose parts are events of their own; this one shows it as it came. */
export const inboxStatuses = [
  'pending',
  'queued',
  'applied',
  'ignored',
  'failed',
  'dead',
  'split',
] as const;

/** unverified: the source signs nothing. Such an event is a hint: its objects are read at the service. */
export const verdicts = ['verified', 'verified_previous_secret', 'unverified'] as const;

export const inboxEventSchema = z.object({
  id: z.uuid(),
  connection_id: z.uuid(),
  endpoint_id: z.uuid(),
  connector: z.string(),
  event: z.string(),
  delivery_id: z.string(),
  verdict: z.enum(verdicts),
  received_at: z.iso.datetime(),
  status: z.enum(inboxStatuses),
  attempts: z.number().int(),
  outcome: z.string().nullable(),
  /** Of a failed or dead event: the code dead events are grouped by. */
  reason: z.string().nullable(),
  record_id: z.uuid().nullable(),
  processed_at: z.iso.datetime().nullable(),
  replayed_at: z.iso.datetime().nullable(),
  /** The replay that had it applied last. */
  replay_id: z.uuid().nullable(),
  /** The event this one came in, when one body held many. */
  parent_id: z.uuid().nullable(),
  /** Of a split event: how many parts it had. */
  parts: z.number().int().nullable(),
  body_bytes: z.number().int(),
});
export type InboxEvent = z.infer<typeof inboxEventSchema>;

export const attemptSchema = z.object({
  at: z.iso.datetime(),
  ms: z.number(),
  outcome: z.string(),
  code: z.string().optional(),
  message: z.string().optional(),
});

export const inboxEventDetailSchema = inboxEventSchema.extend({
  headers: z.record(z.string(), z.string()),
  /** The body as text; what is not UTF-8 never got in. */
  body: z.string(),
  attempt_log: z.array(attemptSchema),
});
export type InboxEventDetail = z.infer<typeof inboxEventDetailSchema>;

/** Which events; what is left out says nothing. */
export const inboxFilterSchema = z.strictObject({
  connection_id: z.uuid().optional(),
  connector: z.string().max(80).optional(),
  endpoint_id: z.uuid().optional(),
  event: z.string().max(255).optional(),
  status: z.enum(inboxStatuses).optional(),
  verdict: z.enum(verdicts).optional(),
  reason: z.string().max(80).optional(),
  /** The parts of this event. */
  parent_id: z.uuid().optional(),
  /** Received from this moment on, and before that one. */
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  /** Stands somewhere in the event's name or the delivery's id, in whichever case. */
  text: z.string().min(1).max(255).optional(),
});
export type InboxFilter = z.infer<typeof inboxFilterSchema>;

/**
 * `cursor` asks for older events, `after` for newer ones; both take cursors of answers. A page may
 * hold fewer rows than asked for, even none, and still name a next cursor: one request looks through
 * so many events and no more.
 */
export const inboxListQuerySchema = inboxFilterSchema.extend({
  workspace_id: z.uuid().optional(),
  cursor: z.string().max(600).optional(),
  after: z.string().max(600).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const inboxPageSchema = z.object({
  data: z.array(inboxEventSchema),
  next_cursor: z.string().nullable(),
  /** To be given as `after`: what has come since, or stands above this page. */
  prev_cursor: z.string().nullable(),
});
export type InboxPage = z.infer<typeof inboxPageSchema>;

/** How many events there are of each status; nothing is counted for it. */
export const inboxCountsSchema = z.object({
  total: z.number().int(),
  by_status: z.record(z.enum(inboxStatuses), z.number().int()),
});
export type InboxCounts = z.infer<typeof inboxCountsSchema>;

/** Dead events of one reason, and the latest of them. */
export const deadLetterGroupSchema = z.object({
  reason: z.string(),
  count: z.number().int(),
  last: inboxEventSchema.nullable(),
});
export type DeadLetterGroup = z.infer<typeof deadLetterGroupSchema>;

const maxSelected = 1_000;

export const replaySelectionSchema = z.union([
  z.strictObject({ ids: z.array(z.uuid()).min(1).max(maxSelected) }),
  z.strictObject({ filter: inboxFilterSchema }),
]);
export type ReplaySelection = z.infer<typeof replaySelectionSchema>;

/** Either the events themselves, or a filter; `{}` is everything. With `dry_run` only the preview. */
export const replayInputSchema = z
  .strictObject({
    ids: z.array(z.uuid()).min(1).max(maxSelected).optional(),
    filter: inboxFilterSchema.optional(),
    dry_run: z.boolean().default(false),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    error: 'Give either ids or a filter.',
    path: ['filter'],
  });

export const replayStatuses = ['pending', 'running', 'completed', 'cancelled'] as const;

export const replaySchema = z.object({
  id: z.uuid(),
  status: z.enum(replayStatuses),
  selection: replaySelectionSchema,
  /** What the preview counted; at least so many when it is not exact. */
  expected: z.number().int(),
  is_exact: z.boolean(),
  /** Handed out so far; the others say what has become of those. */
  taken: z.number().int(),
  waiting: z.number().int(),
  applied: z.number().int(),
  ignored: z.number().int(),
  dead: z.number().int(),
  requested_by: z.uuid().nullable(),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
});
export type Replay = z.infer<typeof replaySchema>;

export const replayAnswerSchema = z.object({
  preview: z.object({ count: z.number().int(), is_exact: z.boolean() }),
  /** Null after a dry run. */
  replay: replaySchema.nullable(),
});
export type ReplayAnswer = z.infer<typeof replayAnswerSchema>;

/** Requests that were refused, counted per reason since midnight UTC. */
export const refusalSchema = z.object({
  endpoint_id: z.uuid(),
  reason: z.string(),
  count: z.number().int(),
  last_at: z.iso.datetime(),
});
export type Refusal = z.infer<typeof refusalSchema>;

/**
 * A request that was refused, as far as it is kept: the newest of each endpoint, and of a flood only
 * its beginning. The counts are complete.
 */
export const refusedRequestSchema = z.object({
  id: z.uuid(),
  endpoint_id: z.uuid(),
  received_at: z.iso.datetime(),
  method: z.string(),
  reason: z.string(),
  /** What is probably the matter: `webhooks.old_secret` and the like, and a sentence. */
  diagnosis_code: z.string().nullable(),
  diagnosis: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
  /** Its first 16 KiB as text; null when it was refused before it was read. */
  body: z.string().nullable(),
  body_bytes: z.number().int().nullable(),
  /** Where it came from; the address itself is not kept. */
  address_class: z.enum(['public', 'private', 'loopback', 'unknown']),
});
export type RefusedRequest = z.infer<typeof refusedRequestSchema>;

export const quarantineQuerySchema = z.strictObject({
  workspace_id: z.uuid().optional(),
  endpoint_id: z.uuid().optional(),
  cursor: z.string().max(600).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/**
 * Webhooks that a person sets up at the service. missing: no secret was pasted; waiting: nothing
 * signed with it has come yet.
 */
export const appWebhookSchema = z.object({
  connector: z.string(),
  /** The workspace's app of it; without one there is no address yet. */
  app_id: z.uuid().nullable(),
  /** To be pasted at the service, or why there is none. */
  url: z.string().nullable(),
  unavailable: z.string().nullable(),
  secret_label: z.string(),
  console_url: z.string().nullable(),
  steps: z.array(z.string()),
  status: z.enum(['missing', 'waiting', 'active']),
  challenged_at: z.iso.datetime().nullable(),
  last_received_at: z.iso.datetime().nullable(),
});
export type AppWebhook = z.infer<typeof appWebhookSchema>;

export const appWebhookInputSchema = z.strictObject({ secret: z.string().min(1).max(2_000) });
