import { z } from 'zod';

export const transportNames = ['smtp', 'resend', 'sandbox'] as const;
export type TransportName = (typeof transportNames)[number];

export const mailStatuses = ['queued', 'sent', 'failed', 'suppressed'] as const;
export type MailStatus = (typeof mailStatuses)[number];

/** One mail of a workspace, without what it said. */
export const mailSchema = z.object({
  id: z.uuid(),
  kind: z.string(),
  recipient: z.string(),
  status: z.enum(mailStatuses),
  /** Why it was not sent, or not yet. */
  code: z.string().nullable(),
  detail: z.string().nullable(),
  attempts: z.number().int(),
  retry_at: z.iso.datetime(),
  created_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
});
export type MailRow = z.infer<typeof mailSchema>;

/** An address mail is not sent to any more. */
export const suppressionSchema = z.object({
  id: z.uuid(),
  address: z.string(),
  code: z.string(),
  detail: z.string(),
  at: z.iso.datetime(),
});
export type Suppression = z.infer<typeof suppressionSchema>;

/** What Settings → Mail shows. */
export const mailOverviewSchema = z.object({
  /** Null: mail is not set up. */
  transport: z.enum(transportNames).nullable(),
  from: z.string().nullable(),
  /** Of this workspace, the last 24 hours. */
  counts: z.object({
    queued: z.number().int(),
    sent: z.number().int(),
    failed: z.number().int(),
    suppressed: z.number().int(),
  }),
  /** Of the whole installation, the last 7 days. */
  last_failure: z.object({ code: z.string().nullable(), at: z.iso.datetime() }).nullable(),
  /** Newest first. */
  mails: z.array(mailSchema),
  suppressions: z.array(suppressionSchema),
});
export type MailOverview = z.infer<typeof mailOverviewSchema>;

/** What became of a request to send: `limited` and `suppressed` are told to the one who asked. */
export const queuedMailSchema = z.object({
  id: z.uuid(),
  status: z.enum(['queued', 'suppressed']),
  code: z.string().nullable(),
});
export type QueuedMail = z.infer<typeof queuedMailSchema>;
