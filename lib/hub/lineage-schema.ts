import { z } from 'zod';
import { inboxStatuses } from '#lib/webhooks/schema';

/** What a line of an explanation speaks of, for a page to link to. */
const refs = z.object({
  position: z.number().int().optional(),
  run_id: z.uuid().optional(),
  undo_id: z.uuid().optional(),
  inbox_event_id: z.uuid().optional(),
  inbox_status: z.enum(inboxStatuses).optional(),
  push_id: z.uuid().optional(),
  conflict_id: z.uuid().optional(),
  connection_id: z.uuid().optional(),
  stream_id: z.uuid().optional(),
  record_id: z.uuid().optional(),
  url: z.string().optional(),
});
export type LineageRefs = z.infer<typeof refs>;

export const lineageCodes = [
  'set',
  'made',
  'before_log',
  'conflict',
  'rule',
  'service',
  'owed',
] as const;
export const lineageStepSchema = z.object({
  code: z.enum(lineageCodes),
  text: z.string(),
  at: z.iso.datetime().nullable(),
  /** With `service`: what stands there. */
  value: z.unknown().optional(),
  refs,
});
export type LineageStep = z.infer<typeof lineageStepSchema>;

/** Why a field has the value it has: who set it, what was decided and mapped, who has it, who is owed it. */
export const lineageSchema = z.object({
  record_id: z.uuid(),
  field: z.string(),
  value: z.unknown(),
  steps: z.array(lineageStepSchema),
});
export type Lineage = z.infer<typeof lineageSchema>;

export const missingCodes = [
  'present',
  'joined',
  'inaccessible',
  'deleted',
  'renamed',
  'unreadable',
  'event_failed',
  'event_waiting',
  'event_ignored',
  'connection_stopped',
  'no_stream',
  'no_scope',
  'run_asks',
  'stream_failed',
  'stream_paused',
  'stream_reading',
  'webhooks_refused',
  'never_seen',
] as const;
export const missingCheckSchema = z.object({
  code: z.enum(missingCodes),
  text: z.string(),
  at: z.iso.datetime().nullable(),
  refs,
});
export type MissingCheck = z.infer<typeof missingCheckSchema>;

/** Why something is not here: the answer, and what else was found on the way to it. */
export const missingSchema = z.object({
  answer: missingCheckSchema,
  others: z.array(missingCheckSchema),
  /** What was looked at, for somebody who does not believe the answer. */
  looked_at: z.object({
    streams: z.number().int(),
    events: z.number().int(),
    faults: z.number().int(),
  }),
});
export type Missing = z.infer<typeof missingSchema>;

/** One of the three that name an object. */
export const missingQuerySchema = z
  .strictObject({
    workspace_id: z.uuid().optional(),
    connection_id: z.uuid(),
    /** What people call it there: 12, ENG-12. */
    external_key: z.string().trim().min(1).max(200).optional(),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .optional(),
    external_id: z.string().trim().min(1).max(200).optional(),
  })
  .refine(
    ({ external_key, url, external_id }) =>
      [external_key, url, external_id].filter((one) => one !== undefined).length === 1,
    { error: 'Name it by one of external_key, url and external_id.', path: ['external_key'] },
  );
export type MissingQuery = z.infer<typeof missingQuerySchema>;
