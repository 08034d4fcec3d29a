import { HubError, type JsonObject } from '#lib/core/index';
import { json, type Queryable, type Tx } from '#lib/db/index';
import type { Connection, ConnectionLogRow } from './schema.ts';

/** Connections with all their page shows, the newest first. Under the member's claims. */
export async function selectConnections(
  tx: Tx,
  filter: { workspaceId: string } | { connectionId: string },
): Promise<Connection[]> {
  const where =
    'connectionId' in filter
      ? tx`c.id = ${filter.connectionId}`
      : tx`c.workspace_id = ${filter.workspaceId}`;
  return tx<Connection[]>`
    select c.id, c.connector, c.auth_kind, c.account_id, c.account_name, c.account_url, c.status, c.status_code,
      c.status_detail, c.status_at, c.scopes_asked, c.scopes_granted, c.expires_at, c.refreshed_at,
      c.checked_at, c.delivery, c.created_at, c.receipt,
      (select a.title from public.apps a where a.workspace_id = c.workspace_id and a.id = c.app_id) as app_title,
      coalesce((
        select json_agg(json_build_object('id', e.id, 'status', e.status, 'detail', e.detail,
          'scope_key', e.scope_key,
          'scope_name', (select min(s.name) from public.streams s
            where s.workspace_id = e.workspace_id and s.connection_id = e.connection_id
              and s.scope_key = e.scope_key),
          'last_received_at', to_char(e.last_received_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
          order by e.created_at)
        from public.webhook_endpoints e
        where e.workspace_id = c.workspace_id and (e.connection_id = c.id
          or e.app_id = c.app_id and c.status <> 'disconnected')), '[]'::json) as webhooks,
      (select count(*)::int from public.links l
        where l.workspace_id = c.workspace_id and l.connection_id = c.id and l.state <> 'tombstone') as records,
      (select json_build_object('n', count(*)::int,
          'p50_ms', round(percentile_cont(0.5) within group (order by f.ms)),
          'p95_ms', round(percentile_cont(0.95) within group (order by f.ms)))
        from (
          select extract(epoch from i.processed_at - i.received_at) * 1000 as ms
          from public.inbox_events i
          where i.workspace_id = c.workspace_id and i.connection_id = c.id and i.status = 'applied'
            and i.replayed_at is null and i.received_at > now() - interval '1 hour'
            and i.id > private.first_id_at(now() - interval '2 hours')) f) as freshness,
      (select json_build_object('ahead_ms', k.offset_ms, 'error_ms', k.error_ms,
          'measured_at', to_char(k.measured_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
        from public.connection_clocks k
        where k.workspace_id = c.workspace_id and k.connection_id = c.id) as clock
    from public.connections c where ${where} order by c.id desc`;
}

export async function selectLog(
  tx: Tx,
  at: { connectionId: string; before: string | null; limit: number },
): Promise<ConnectionLogRow[]> {
  return tx<ConnectionLogRow[]>`
    select id, run_id, level, code, message, details, at from public.connection_log
    where connection_id = ${at.connectionId} ${at.before === null ? tx`` : tx`and id < ${at.before}`}
    order by id desc limit ${at.limit}`;
}

export async function maySetUp(tx: Tx, workspaceId: string): Promise<boolean> {
  const [may] = await tx`select 1 from private.my_workspaces('admin') w where w = ${workspaceId}`;
  return may !== undefined;
}

/** What a connection asked for when it was authorised, and by which app. */
export async function readAsked(
  tx: Tx,
  at: { workspaceId: string; connector: string; connectionId: string },
): Promise<{ scopes_asked: string[]; app_id: string | null }> {
  const [connection] = await tx<{ scopes_asked: string[]; app_id: string | null }[]>`
    select scopes_asked, app_id from public.connections where id = ${at.connectionId}
      and workspace_id = ${at.workspaceId} and connector = ${at.connector}`;
  if (!connection) throw new HubError('resource.not_found');
  return connection;
}

/** The workspace's role decides; row security hides connections of others. */
export async function findForMember(
  tx: Tx,
  at: { workspaceId: string; connectionId: string; role: 'editor' | 'admin' },
): Promise<{ connector: string; status: Connection['status'] } | null> {
  const [row] = await tx<{ connector: string; status: Connection['status'] }[]>`
    select c.connector, c.status from public.connections c
    where c.workspace_id = ${at.workspaceId} and c.id = ${at.connectionId}
      and c.workspace_id in (select private.my_workspaces(${at.role}))`;
  return row ?? null;
}

export async function setStatus(
  db: Queryable,
  at: { workspaceId: string; connectionId: string },
  status: { status: Connection['status']; code: string | null; detail: string | null },
): Promise<boolean> {
  const { count } = await db`
    update public.connections set status = ${status.status}, status_code = ${status.code},
      status_detail = ${status.detail?.slice(0, 1000) ?? null}, status_at = now()
    where workspace_id = ${at.workspaceId} and id = ${at.connectionId}
      and (status, status_code, status_detail)
        is distinct from (${status.status}, ${status.code}, ${status.detail})`;
  return count === 1;
}

/** False when it is not being disconnected any more: somebody has connected again. Locks the row. */
export async function lockDisconnecting(
  tx: Tx,
  at: { workspaceId: string; connectionId: string },
): Promise<boolean> {
  const rows = await tx`
    select 1 from public.connections where workspace_id = ${at.workspaceId}
      and id = ${at.connectionId} and status = 'disconnecting' for update`;
  return rows.length > 0;
}

/** False when it is not being disconnected any more. */
export async function finishDisconnect(
  db: Queryable,
  at: { workspaceId: string; connectionId: string },
  receipt: unknown,
): Promise<boolean> {
  const { count } = await db`
    update public.connections set status = 'disconnected', status_code = null, status_detail = null,
      status_at = now(), expires_at = null, scopes_granted = '{}', receipt = ${json(db, receipt)}
    where workspace_id = ${at.workspaceId} and id = ${at.connectionId} and status = 'disconnecting'`;
  return count === 1;
}

/** Streams of a resource by what they follow, in lower case: services do not tell case apart. */
export async function streamsByScope(
  tx: Tx,
  place: { workspaceId: string; connectionId: string; resource: string },
): Promise<Map<string, string>> {
  const rows = await tx<{ id: string; scope_key: string }[]>`
    select id, scope_key from public.streams
    where workspace_id = ${place.workspaceId} and connection_id = ${place.connectionId}
      and resource = ${place.resource}`;
  return new Map(rows.map((row) => [row.scope_key.toLowerCase(), row.id]));
}

/** What the service said a stream's scope is, when it was added; null when nothing follows it. */
export async function findStreamScope(
  db: Queryable,
  at: { workspaceId: string; connectionId: string; scopeKey: string },
): Promise<JsonObject | null> {
  const [row] = await db<{ scope: JsonObject }[]>`
    select scope from public.streams
    where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId}
      and scope_key = ${at.scopeKey} limit 1`;
  return row?.scope ?? null;
}
