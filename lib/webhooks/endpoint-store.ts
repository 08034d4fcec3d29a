import type { JsonObject } from '#lib/core/index';
import { json, type Queryable, type Tx } from '#lib/db/index';
import type { EndpointFacts } from './endpoint-plan.ts';

export interface EndpointRow {
  id: string;
  workspaceId: string;
  connectionId: string;
  connector: string;
  scopeKey: string;
  scope: JsonObject;
  remoteId: string | null;
  url: string | null;
  status: EndpointFacts['status'];
  detail: string | null;
  isAttempted: boolean;
  attempts: number;
  renewAt: string | null;
  lastReceivedAt: string | null;
  /** Made by a person for a connection that is only listened to. */
  isDescribed: boolean;
  /** Of whoever holds the endpoint: nobody else writes what came of it. */
  epoch: number;
}

const columns = (db: Queryable) => db`
  e.id, e.workspace_id as "workspaceId", e.connection_id as "connectionId", e.connector,
  e.scope_key as "scopeKey", e.scope, e.remote_id as "remoteId", e.url, e.status, e.detail,
  e.is_attempted as "isAttempted", e.attempts, e.renew_at as "renewAt",
  e.last_received_at as "lastReceivedAt", e.scheme is not null as "isDescribed", e.epoch`;

/** Longer than one registration or removal may take (endpoint-lease.ts), so its holder never loses it. */
const leaseSeconds = 45;
const lease = (db: Queryable) => db`
  epoch = e.epoch + 1, queued_until = null,
  lease_until = now() + make_interval(secs => ${leaseSeconds})`;
const isFree = (db: Queryable) => db`(e.lease_until is null or e.lease_until < now())`;

export function findEndpointOf(
  db: Queryable,
  at: { workspaceId: string; connectionId: string; scopeKey: string },
): Promise<EndpointRow | null> {
  return db<EndpointRow[]>`
    select ${columns(db)} from public.webhook_endpoints e
    where e.workspace_id = ${at.workspaceId} and e.connection_id = ${at.connectionId}
      and e.scope_key = ${at.scopeKey}`.then(([row]) => row ?? null);
}

/**
 * The one endpoint of a connection and scope, made when missing, held by the caller. Null when
 * somebody holds it, or the connection is not active: an end that has begun sees no new registration.
 */
export async function takeForRegistering(
  db: Queryable,
  wanted: Pick<
    EndpointRow,
    'id' | 'workspaceId' | 'connectionId' | 'connector' | 'scopeKey' | 'scope'
  >,
): Promise<EndpointRow | null> {
  const [row] = await db<EndpointRow[]>`
    insert into public.webhook_endpoints as e
      (id, workspace_id, connection_id, connector, scope_key, scope, epoch, lease_until)
    select ${wanted.id}, c.workspace_id, c.id, ${wanted.connector}, ${wanted.scopeKey},
      ${json(db, wanted.scope)}, 1, now() + make_interval(secs => ${leaseSeconds})
    from public.connections c
    where c.workspace_id = ${wanted.workspaceId} and c.id = ${wanted.connectionId}
      and c.status = 'active'
    on conflict (connection_id, scope_key) do update set scope = excluded.scope, ${lease(db)}
      where ${isFree(db)}
    returning ${columns(db)}`;
  return row ?? null;
}

/** Holds an endpoint that exists; null when somebody else does. */
export async function takeEndpoint(
  db: Queryable,
  at: { workspaceId: string; endpointId: string },
): Promise<EndpointRow | null> {
  const [row] = await db<EndpointRow[]>`
    update public.webhook_endpoints e set ${lease(db)}
    where e.workspace_id = ${at.workspaceId} and e.id = ${at.endpointId} and ${isFree(db)}
    returning ${columns(db)}`;
  return row ?? null;
}

/** A replaced secret verifies for so long after the service was told the new one. */
const formerHours = 24;

/**
 * The former secret stays valid, because the service goes on signing with it until it is told: its
 * time begins once the registration has settled.
 * `keepsFormer`: the present one was never heard to be in use and does not push the former one out. A
 * service that fails many times in a row still signs with that.
 */
export async function putSecret(
  tx: Tx,
  secret: {
    workspaceId: string;
    endpointId: string;
    envelope: Buffer;
    keyId: string;
    keepsFormer: boolean;
  },
): Promise<void> {
  await tx`
    insert into private.webhook_secrets as s (endpoint_id, workspace_id, envelope, key_id)
    values (${secret.endpointId}, ${secret.workspaceId}, ${secret.envelope}, ${secret.keyId})
    on conflict (endpoint_id) do update set
      previous_envelope = case when ${secret.keepsFormer}
        then coalesce(s.previous_envelope, s.envelope) else s.envelope end,
      previous_until = null, envelope = excluded.envelope, key_id = excluded.key_id,
      updated_at = now()`;
}

type Held = Pick<EndpointRow, 'workspaceId' | 'id' | 'epoch'>;

/** Written before the service is asked. False when the endpoint has passed to another holder. */
export async function markAttempted(tx: Tx, held: Held): Promise<boolean> {
  const { count } = await tx`
    update public.webhook_endpoints set status = 'pending', is_attempted = true
    where workspace_id = ${held.workspaceId} and id = ${held.id} and epoch = ${held.epoch}`;
  return count === 1;
}

/** What stands at the service from now on; gives the endpoint back. */
export async function settleActive(
  db: Queryable,
  held: Held,
  to: { url: string; remoteId: string; renewInMs: number | null; checkInMs: number },
): Promise<boolean> {
  const { count } = await db`
    with ours as (
      select e.id from public.webhook_endpoints e
      where e.workspace_id = ${held.workspaceId} and e.id = ${held.id} and e.epoch = ${held.epoch}
    ), ending as (
      update private.webhook_secrets s
      set previous_until = now() + make_interval(hours => ${formerHours})
      from ours where s.endpoint_id = ours.id and s.previous_envelope is not null
        and s.previous_until is null
    )
    update public.webhook_endpoints set status = 'active', url = ${to.url}, remote_id = ${to.remoteId},
      detail = null, attempts = 0, checked_at = now(), lease_until = null,
      renew_at = ${to.renewInMs === null ? null : db`now() + ${`${to.renewInMs} milliseconds`}::interval`},
      next_check_at = now() + ${`${to.checkInMs} milliseconds`}::interval
    where workspace_id = ${held.workspaceId} and id = ${held.id} and epoch = ${held.epoch}`;
  return count === 1;
}

/** Held no more; nothing else has changed. */
export async function giveBack(db: Queryable, held: Held): Promise<void> {
  await db`
    update public.webhook_endpoints set lease_until = null
    where workspace_id = ${held.workspaceId} and id = ${held.id} and epoch = ${held.epoch}`;
}

/** Found as it should be, or left as it is; gives the endpoint back. */
export async function settleChecked(
  db: Queryable,
  held: Held,
  to: { isVerified: boolean; checkInMs: number },
): Promise<void> {
  await db`
    update public.webhook_endpoints set lease_until = null,
      checked_at = ${to.isVerified ? db`now()` : db`checked_at`},
      next_check_at = now() + ${`${to.checkInMs} milliseconds`}::interval
    where workspace_id = ${held.workspaceId} and id = ${held.id} and epoch = ${held.epoch}`;
}

/**
 * It did not work: why, and when it is tried again; gives the endpoint back. Answers the status, in
 * which only a registration that had begun has failed: not being able to look says nothing.
 */
export async function settleFailed(
  db: Queryable,
  held: Held,
  to: { detail: string; retryInMs: number; isUnreachable?: boolean },
): Promise<EndpointRow['status'] | null> {
  const [row] = await db<Pick<EndpointRow, 'status'>[]>`
    update public.webhook_endpoints set
      status = case when ${to.isUnreachable ?? false} then 'removed'
        when status = 'pending' then 'failed' else status end,
      detail = ${to.detail.slice(0, 1_000)}, attempts = attempts + 1, lease_until = null,
      next_check_at = now() + ${`${to.retryInMs} milliseconds`}::interval
    where workspace_id = ${held.workspaceId} and id = ${held.id} and epoch = ${held.epoch}
    returning status`;
  return row?.status ?? null;
}

/**
 * Removed; its secrets are forgotten and its address unknown from now on. A detail says why the
 * service may still hold it.
 */
export async function dropEndpoint(tx: Tx, held: Held, detail: string | null): Promise<boolean> {
  const { count } = await tx`
    update public.webhook_endpoints
    set status = 'removed', remote_id = null, url = null, is_attempted = false, renew_at = null,
      attempts = 0, lease_until = null, next_check_at = null, detail = ${detail?.slice(0, 1_000) ?? null}
    where workspace_id = ${held.workspaceId} and id = ${held.id} and epoch = ${held.epoch}`;
  if (count === 0) return false;
  await tx`delete from private.webhook_secrets
    where workspace_id = ${held.workspaceId} and endpoint_id = ${held.id}`;
  return true;
}

/** Endpoints of one connection that a service may still be calling. */
export function selectStanding(
  db: Queryable,
  at: { workspaceId: string; connectionId: string },
): Promise<EndpointRow[]> {
  return db<EndpointRow[]>`
    select ${columns(db)} from public.webhook_endpoints e
    where e.workspace_id = ${at.workspaceId} and e.connection_id = ${at.connectionId}
      and (e.status <> 'removed' or e.is_attempted)
    order by e.id`;
}

/** How the given endpoints of a connection ended. */
export async function countEnds(
  db: Queryable,
  workspaceId: string,
  endpointIds: readonly string[],
): Promise<{ removed: number; left: number }> {
  const [row] = await db<{ removed: number; left: number }[]>`
    select count(*) filter (where status = 'removed' and detail is null)::int as removed,
      count(*) filter (where status <> 'removed' or detail is not null)::int as left
    from public.webhook_endpoints
    where workspace_id = ${workspaceId} and id = any(${endpointIds}::uuid[])`;
  return row ?? { removed: 0, left: 0 };
}

/** Of these ids, those that are an endpoint of ours, in whichever workspace. */
export async function selectKnown(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db<{ id: string }[]>`
    select id from public.webhook_endpoints
    where id = any(${ids}::uuid[]) and (status <> 'removed' or is_attempted)`;
  return new Set(rows.map((row) => row.id));
}
