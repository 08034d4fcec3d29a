import { z } from 'zod';

export const inboxStatuses = ['pending', 'queued', 'applied', 'ignored', 'failed', 'dead'] as const;

export const inboxEventSchema = z.object({
  id: z.uuid(),
  connection_id: z.uuid(),
  connector: z.string(),
  event: z.string(),
  delivery_id: z.string(),
  verdict: z.enum(['verified', 'verified_previous_secret']),
  received_at: z.iso.datetime(),
  status: z.enum(inboxStatuses),
  attempts: z.number().int(),
  outcome: z.string().nullable(),
  record_id: z.uuid().nullable(),
  processed_at: z.iso.datetime().nullable(),
  replayed_at: z.iso.datetime().nullable(),
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

export const inboxListQuerySchema = z.strictObject({
  workspace_id: z.uuid().optional(),
  connection_id: z.uuid().optional(),
  status: z.enum(inboxStatuses).optional(),
  event: z.string().max(255).optional(),
  cursor: z.string().max(600).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** Requests that were refused, counted per reason since midnight UTC. */
export const refusalSchema = z.object({
  endpoint_id: z.uuid(),
  reason: z.string(),
  count: z.number().int(),
  last_at: z.iso.datetime(),
});
export type Refusal = z.infer<typeof refusalSchema>;

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
