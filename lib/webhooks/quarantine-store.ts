import { type Db, json, type Tx } from '#lib/db/index';
import type { RefusedRequest } from './schema.ts';

/** What stays of each endpoint and of each workspace, the newest first. */
export const quarantineLimits = { ofEndpoint: 50, ofWorkspace: 500 } as const;

export interface RefusedRow {
  id: string;
  endpoint_id: string;
  received_at: string;
  method: string;
  reason: string;
  diagnosis_code: string | null;
  diagnosis: string | null;
  headers: Record<string, string>;
  /** Base64. */
  body: string | null;
  body_bytes: number | null;
  address_class: RefusedRequest['address_class'];
}

/** Endpoints deleted meanwhile are skipped. */
export async function keepRefused(db: Db, rows: readonly RefusedRow[]): Promise<void> {
  const { ofEndpoint, ofWorkspace } = quarantineLimits;
  await db`select private.keep_refused(${json(db, rows)}, ${ofEndpoint}, ${ofWorkspace})`;
}

type Row = Omit<RefusedRequest, 'body'> & { body: Buffer | null };

const columns = (tx: Tx) => tx`
  q.id, q.endpoint_id, q.received_at, q.method, q.reason, q.diagnosis_code, q.diagnosis, q.headers,
  q.body, q.body_bytes, q.address_class`;

export function selectRefused(
  tx: Tx,
  page: {
    workspaceId: string;
    endpointId?: string | undefined;
    beforeId: string | null;
    limit: number;
  },
): Promise<Row[]> {
  return tx<Row[]>`
    select ${columns(tx)} from public.webhook_quarantine q
    where q.workspace_id = ${page.workspaceId}
      ${page.endpointId ? tx`and q.endpoint_id = ${page.endpointId}` : tx``}
      ${page.beforeId ? tx`and q.id < ${page.beforeId}` : tx``}
    order by q.id desc limit ${page.limit}`;
}
