import { z } from 'zod';

export const webhookTypes = [
  'record.created',
  'record.updated',
  'record.deleted',
  'record.restored',
  'hub.test',
] as const;
export type WebhookType = (typeof webhookTypes)[number];

/** The body of an outgoing webhook. Documented for receivers; new members may come. */
export const webhookPayloadSchema = z.object({
  type: z.enum(webhookTypes),
  /** When it happened, not when it was sent. */
  timestamp: z.iso.datetime(),
  data: z.object({
    change: z.object({
      /** Of the workspace's change log, without gaps; 0 in a test. */
      position: z.number().int(),
      record_id: z.uuid(),
      kind: z.string(),
      version: z.number().int(),
      op: z.string(),
      /** user, connection or hub. */
      origin: z.string(),
      /** Where the change came from; null when it was made here. */
      connection_id: z.uuid().nullable(),
      fields: z.array(z.string()),
      /** {field: [before, after]} */
      diff: z.record(z.string(), z.array(z.unknown())),
    }),
    /** As it is when the webhook is sent, which may be a later version; null when it is gone. */
    record: z
      .object({
        id: z.uuid(),
        kind: z.string(),
        version: z.number().int(),
        url: z.string().nullable(),
        deleted_at: z.iso.datetime().nullable(),
        fields: z.record(z.string(), z.unknown()),
      })
      .nullable(),
    /** Paths of values that were too long and are left out: `record.fields.body`. */
    omitted: z.array(z.string()),
  }),
});
export type WebhookPayload = z.infer<typeof webhookPayloadSchema>;
