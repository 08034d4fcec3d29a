import type { JsonObject } from '#lib/core/index';
import type { Queryable, Tx } from '#lib/db/index';
import type { Want } from './endpoint-plan.ts';

/** Connectors whose webhooks we register ourselves, by what one registration is for. */
export interface Registrable {
  perScope: readonly string[];
  perConnection: readonly string[];
}

/** The scope of an endpoint that serves a whole connection. */
export const wholeConnection = '*';

const streamsOf = (db: Queryable) => db`
  select 1 from public.streams s
  where s.workspace_id = e.workspace_id and s.connection_id = e.connection_id
    and (e.scope_key = ${wholeConnection} or s.scope_key = e.scope_key)`;

/**
 * Whether an endpoint (e) of a connection (c) is wanted: by a stream that reads. A paused stream
 * keeps what it has, and so does a connection that its owner or its end is busy with.
 */
const want = (db: Queryable) => db`
  case when c.status = 'disconnected' then 'no'
    when c.status <> 'active' then 'keep'
    when exists (${streamsOf(db)} and s.phase in ('waiting', 'backfill', 'live')) then 'yes'
    when exists (${streamsOf(db)} and s.phase = 'paused') then 'keep'
    else 'no' end`;

export async function readWant(
  db: Queryable,
  at: { workspaceId: string; endpointId: string },
): Promise<Want> {
  const [row] = await db<{ want: Want }[]>`
    select ${want(db)} as want from public.webhook_endpoints e
    join public.connections c on c.workspace_id = e.workspace_id and c.id = e.connection_id
    where e.workspace_id = ${at.workspaceId} and e.id = ${at.endpointId}`;
  return row?.want ?? 'no';
}

export interface MissingEndpoint {
  workspaceId: string;
  connectionId: string;
  connector: string;
  scopeKey: string;
  scope: JsonObject;
}

/** Streams that read and have no endpoint. One that is only waiting is its beginning's to see to. */
export function selectMissing(
  db: Queryable,
  { perScope, perConnection }: Registrable,
  limit: number,
): Promise<MissingEndpoint[]> {
  return db<MissingEndpoint[]>`
    select distinct on (wanted.connection_id, wanted.scope_key)
      wanted.workspace_id as "workspaceId", wanted.connection_id as "connectionId", wanted.connector,
      wanted.scope_key as "scopeKey", wanted.scope
    from (
      select s.workspace_id, s.connection_id, c.connector, s.id,
        case when c.connector = any(${perConnection}::text[]) then ${wholeConnection} else s.scope_key end as scope_key,
        case when c.connector = any(${perConnection}::text[]) then '{}'::jsonb else s.scope end as scope
      from public.streams s
      join public.connections c on c.workspace_id = s.workspace_id and c.id = s.connection_id
      where c.status = 'active' and s.phase in ('backfill', 'live')
        and c.connector = any(${[...perScope, ...perConnection]}::text[])) as wanted
    where not exists (
      select 1 from public.webhook_endpoints e
      where e.connection_id = wanted.connection_id and e.scope_key = wanted.scope_key)
    order by wanted.connection_id, wanted.scope_key, wanted.id limit ${limit}`;
}

export async function insertMissing(
  tx: Tx,
  missing: readonly (MissingEndpoint & { id: string })[],
): Promise<void> {
  await tx`
    insert into public.webhook_endpoints (id, workspace_id, connection_id, connector, scope_key, scope, status)
    select id, workspace_id, connection_id, connector, scope_key, scope, 'removed'
    from jsonb_to_recordset(${JSON.stringify(
      missing.map((row) => ({
        id: row.id,
        workspace_id: row.workspaceId,
        connection_id: row.connectionId,
        connector: row.connector,
        scope_key: row.scopeKey,
        scope: row.scope,
      })),
    )}::text::jsonb) as m (id uuid, workspace_id uuid, connection_id uuid, connector text, scope_key text, scope jsonb)
    on conflict (connection_id, scope_key) do nothing`;
}

/** A job gets this long to reach its endpoint before another one is made. */
const queuedSeconds = 20;

/**
 * Endpoints that are not as they are wanted, or whose time to be looked at has come. One that was
 * removed for good has no such time and comes back when it is wanted again.
 */
export function claimDue(
  tx: Tx,
  { perScope, perConnection }: Registrable,
  limit: number,
): Promise<{ id: string; workspace_id: string }[]> {
  return tx<{ id: string; workspace_id: string }[]>`
    with due as (
      select e.id from public.webhook_endpoints e
      join public.connections c on c.workspace_id = e.workspace_id and c.id = e.connection_id
      where e.connector = any(${[...perScope, ...perConnection]}::text[])
        and (e.lease_until is null or e.lease_until < now())
        and (e.queued_until is null or e.queued_until < now())
        and case ${want(tx)}
          when 'yes' then e.next_check_at is null or e.next_check_at <= now()
          when 'no' then (e.status <> 'removed' or e.is_attempted)
            and (e.next_check_at is null or e.next_check_at <= now() or e.attempts = 0)
          else false end
      order by e.next_check_at nulls first limit ${limit} for update of e skip locked)
    update public.webhook_endpoints e set queued_until = now() + make_interval(secs => ${queuedSeconds})
    from due where e.id = due.id returning e.id, e.workspace_id`;
}

/** All that may be registered elsewhere than under these origins, or was out of reach: due now. */
export async function recheckMisplaced(db: Queryable, origins: readonly string[]): Promise<number> {
  const { count } = await db`
    update public.webhook_endpoints set next_check_at = now()
    where next_check_at > now() and (status <> 'active' or not exists (
      select 1 from unnest(${origins}::text[]) as origin where starts_with(url, origin || '/')))`;
  return count;
}

/** Everything of a connection that stands or is wanted is compared with the service soon. */
export async function recheckEndpoints(
  db: Queryable,
  at: { workspaceId: string; connectionId: string },
): Promise<void> {
  await db`
    update public.webhook_endpoints set next_check_at = now()
    where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId}`;
}
