import { z } from 'zod';
import type { JsonObject } from '#lib/core/index';

/** Standard Webhooks advises less than 20 kB; what a receiver lacks it reads from the API. */
export const payloadMaxBytes = 20_000;

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
      diff: z.record(z.string(), z.array(z.json())),
    }),
    /** As it is when the webhook is sent, which may be a later version; null when it is gone. */
    record: z
      .object({
        id: z.uuid(),
        kind: z.string(),
        version: z.number().int(),
        url: z.string().nullable(),
        deleted_at: z.iso.datetime().nullable(),
        fields: z.record(z.string(), z.json()),
      })
      .nullable(),
    /** Paths of values that were too long and are left out: `record.fields.body`. */
    omitted: z.array(z.string()),
  }),
});
export type WebhookPayload = z.infer<typeof webhookPayloadSchema>;

export interface TellableChange {
  position: number;
  recordId: string;
  kind: string;
  version: number;
  op: string;
  origin: string;
  connectionId: string | null;
  fields: string[];
  diff: Record<string, [unknown, unknown]>;
  changedAt: string;
  url: string | null;
}

export interface TellableRecord {
  version: number;
  data: JsonObject;
  deleted_at: string | null;
}

const typeOf: Readonly<Record<string, WebhookType>> = {
  create: 'record.created',
  update: 'record.updated',
  delete: 'record.deleted',
  restore: 'record.restored',
};

/** The body as it is signed and sent. At most `payloadMaxBytes`, whatever the record holds. */
export function writePayload(change: TellableChange, record: TellableRecord | null): string {
  const payload: WebhookPayload = {
    type: typeOf[change.op] ?? 'hub.test',
    timestamp: change.changedAt,
    data: {
      change: {
        position: change.position,
        record_id: change.recordId,
        kind: change.kind,
        version: change.version,
        op: change.op,
        origin: change.origin,
        connection_id: change.connectionId,
        fields: change.fields,
        // It was read as JSON from the log.
        diff: change.diff as Record<string, WebhookPayload['data']['change']['diff'][string]>,
      },
      record: record && {
        id: change.recordId,
        kind: change.kind,
        version: record.version,
        url: change.url,
        deleted_at: record.deleted_at,
        fields: record.data,
      },
      omitted: [],
    },
  };
  return JSON.stringify(withinBounds(payload));
}

interface Part {
  path: string;
  bytes: number;
  drop: (payload: WebhookPayload) => void;
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
/** A path, its quotes and a comma in `omitted` cost this much besides their text. */
const pathBytes = 4;

/** Leaves out the longest values, one after the other, until the rest fits. */
function withinBounds(payload: WebhookPayload): WebhookPayload {
  let bytes = bytesOf(payload);
  if (bytes <= payloadMaxBytes) return payload;
  const { change, record } = payload.data;
  const smaller: WebhookPayload = {
    ...payload,
    data: {
      change: { ...change, diff: { ...change.diff } },
      record: record && { ...record, fields: { ...record.fields } },
      omitted: [],
    },
  };
  for (const part of partsOf(smaller).sort((a, b) => b.bytes - a.bytes)) {
    if (bytes <= payloadMaxBytes) break;
    part.drop(smaller);
    smaller.data.omitted.push(part.path);
    bytes += Buffer.byteLength(part.path) + pathBytes - part.bytes;
  }
  return smaller;
}

function partsOf(payload: WebhookPayload): Part[] {
  const parts: Part[] = [];
  for (const [name, value] of Object.entries(payload.data.record?.fields ?? {})) {
    parts.push({
      path: `record.fields.${name}`,
      bytes: bytesOf({ [name]: value }) - 2,
      drop: ({ data }) => delete data.record?.fields[name],
    });
  }
  for (const [name, value] of Object.entries(payload.data.change.diff)) {
    parts.push({
      path: `change.diff.${name}`,
      bytes: bytesOf({ [name]: value }) - 2,
      drop: ({ data }) => delete data.change.diff[name],
    });
  }
  return parts;
}
