import { z } from 'zod';

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
  /** A paused sweep asks before it changes so many records: resume means yes, cancel means no. */
  asks: z
    .object({
      what: z.enum(['delete', 'overwrite']),
      count: z.number().int(),
      of: z.number().int(),
    })
    .nullable()
    .optional(),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  updated_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
});
export type Run = z.infer<typeof runSchema>;

export const runActionSchema = z.strictObject({ action: z.enum(['pause', 'resume', 'cancel']) });
