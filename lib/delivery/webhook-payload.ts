import type { JsonObject } from '#lib/core/index';
import type { WebhookPayload, WebhookType } from './webhook-shape.ts';

/** Standard Webhooks advises less than 20 kB; what a receiver lacks it reads from the API. */
export const payloadMaxBytes = 20_000;

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
        diff: change.diff,
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
