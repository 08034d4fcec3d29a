import type { JsonObject } from '#lib/core/index';
import { json, type Queryable, type Tx } from '#lib/db/index';

export interface EndpointRow {
  id: string;
  workspaceId: string;
  connectionId: string;
  connector: string;
  scopeKey: string;
  scope: JsonObject;
  remoteId: string | null;
  url: string | null;
  status: 'pending' | 'active' | 'failed' | 'removed';
}

const columns = (db: Queryable) => db`
  id, workspace_id as "workspaceId", connection_id as "connectionId", connector,
  scope_key as "scopeKey", scope, remote_id as "remoteId", url, status`;

/** The one endpoint of a connection and scope, made when missing. Locks the row. */
export async function takeEndpoint(
  tx: Tx,
  wanted: Pick<
    EndpointRow,
    'id' | 'workspaceId' | 'connectionId' | 'connector' | 'scopeKey' | 'scope'
  >,
): Promise<EndpointRow> {
  const [row] = await tx<EndpointRow[]>`
    insert into public.webhook_endpoints (id, workspace_id, connection_id, connector, scope_key, scope)
    values (${wanted.id}, ${wanted.workspaceId}, ${wanted.connectionId}, ${wanted.connector},
      ${wanted.scopeKey}, ${json(tx, wanted.scope)})
    on conflict (connection_id, scope_key) do update set scope = excluded.scope
    returning ${columns(tx)}`;
  if (!row) throw new Error('insert returned no row');
  return row;
}

/** The former secret stays valid, because the service goes on signing with it until it is told. */
export async function putSecret(
  tx: Tx,
  secret: { workspaceId: string; endpointId: string; envelope: Buffer; keyId: string },
): Promise<void> {
  await tx`
    insert into private.webhook_secrets as s (endpoint_id, workspace_id, envelope, key_id)
    values (${secret.endpointId}, ${secret.workspaceId}, ${secret.envelope}, ${secret.keyId})
    on conflict (endpoint_id) do update set
      previous_envelope = s.envelope, envelope = excluded.envelope, key_id = excluded.key_id,
      updated_at = now()`;
}

export async function setEndpoint(
  db: Queryable,
  at: { workspaceId: string; endpointId: string },
  to: {
    status: EndpointRow['status'];
    url?: string;
    remoteId?: string;
    detail?: string | null;
  },
): Promise<void> {
  await db`
    update public.webhook_endpoints set
      status = ${to.status}, url = coalesce(${to.url ?? null}, url),
      remote_id = coalesce(${to.remoteId ?? null}, remote_id),
      detail = ${to.detail?.slice(0, 1_000) ?? null}
    where workspace_id = ${at.workspaceId} and id = ${at.endpointId}`;
}

/** Endpoints of one connection that a service may still be calling. */
export function selectEndpoints(
  db: Queryable,
  at: { workspaceId: string; connectionId: string },
): Promise<EndpointRow[]> {
  return db<EndpointRow[]>`
    select ${columns(db)} from public.webhook_endpoints
    where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId}
      and status <> 'removed'
    order by id`;
}

/** Marks it removed and forgets its secrets: from now on its address is unknown. */
export async function dropEndpoint(
  tx: Tx,
  at: { workspaceId: string; endpointId: string },
  detail: string | null,
): Promise<void> {
  await tx`delete from private.webhook_secrets
    where workspace_id = ${at.workspaceId} and endpoint_id = ${at.endpointId}`;
  await tx`
    update public.webhook_endpoints
    set status = 'removed', remote_id = null, url = null, detail = ${detail?.slice(0, 1_000) ?? null}
    where workspace_id = ${at.workspaceId} and id = ${at.endpointId}`;
}

/** Active endpoints registered under none of these origins; at most `limit`. */
export function selectMisplaced(
  db: Queryable,
  origins: readonly string[],
  limit: number,
): Promise<EndpointRow[]> {
  return db<EndpointRow[]>`
    select ${columns(db)} from public.webhook_endpoints
    where status = 'active' and not exists (
      select 1 from unnest(${origins}::text[]) as origin where starts_with(url, origin || '/'))
    order by id limit ${limit}`;
}
