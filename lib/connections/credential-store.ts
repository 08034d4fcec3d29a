import type { AuthKind, AuthorizeEndpoints } from '#lib/connectors/protocol/index';
import type { Queryable, Tx } from '#lib/db/index';
import type { FormDefinition } from './form-app-shape.ts';
import type { Connection } from './schema.ts';
import type { ConnectionAt } from './worker-deps.ts';

/** A connection as the worker needs it to call. */
export interface UsableRow {
  id: string;
  workspace_id: string;
  connector: string;
  auth_kind: AuthKind;
  status: Connection['status'];
  status_detail: string | null;
  account_id: string;
  endpoints: Partial<AuthorizeEndpoints>;
  app_id: string | null;
  client_id: string | null;
  is_preset: boolean;
  /** Of the app as it stands now; `endpoints` are those the connection was made with. */
  app_endpoints: Partial<AuthorizeEndpoints> | null;
  title: string | null;
  definition: FormDefinition | null;
  envelope: Buffer | null;
  version: number;
  retry_in_ms: number | null;
}

export async function readUsable(db: Queryable, at: ConnectionAt): Promise<UsableRow | null> {
  const [row] = await db<UsableRow[]>`
    select c.id, c.workspace_id, c.connector, c.auth_kind, c.status, c.status_detail, c.account_id, c.endpoints,
      c.app_id, a.client_id, coalesce(a.is_preset, c.is_preset) as is_preset,
      a.endpoints as app_endpoints, a.title, a.definition, k.envelope, coalesce(k.version, 0) as version,
      (extract(epoch from k.retry_at - clock_timestamp()) * 1000)::float as retry_in_ms
    from public.connections c
    left join public.apps a on a.workspace_id = c.workspace_id and a.id = c.app_id
    left join private.credentials k on k.workspace_id = c.workspace_id and k.connection_id = c.id
    where c.workspace_id = ${at.workspaceId} and c.id = ${at.connectionId}`;
  return row ?? null;
}

/** Longer than the call it guards may take (token-endpoint.ts), so a live holder never loses it. */
const leaseSeconds = 30;

export interface Lease {
  epoch: number;
  /** Its last holder died between asking and writing: the old refresh token may be used up. */
  interrupted: boolean;
}

/** Null when somebody else holds it, the version has moved on, or it is not time to try again. */
export async function claimLease(
  db: Queryable,
  at: ConnectionAt,
  version: number,
): Promise<Lease | null> {
  const [row] = await db<Lease[]>`
    with held as (
      select connection_id, lease_until from private.credentials
      where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId}
        and version = ${version} and can_refresh
        and (lease_until is null or lease_until < clock_timestamp())
        and (retry_at is null or retry_at <= clock_timestamp())
      for update)
    update private.credentials k set lease_epoch = k.lease_epoch + 1,
      lease_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
    from held where k.connection_id = held.connection_id
    returning k.lease_epoch as epoch, held.lease_until is not null as interrupted`;
  return row ?? null;
}

export interface SealedCredential {
  envelope: Buffer;
  keyId: string;
  canRefresh: boolean;
}

/** Written only by the holder of the lease, over the version it read. False: it was overtaken. */
export async function writeRefreshed(
  tx: Tx,
  at: ConnectionAt & { epoch: number; version: number },
  sealed: SealedCredential,
): Promise<boolean> {
  const { count } = await tx`
    update private.credentials set envelope = ${sealed.envelope}, key_id = ${sealed.keyId},
      can_refresh = ${sealed.canRefresh}, version = version + 1, lease_until = null,
      refresh_attempts = 0, retry_at = null, updated_at = now()
    where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId}
      and lease_epoch = ${at.epoch} and version = ${at.version}`;
  return count === 1;
}

export async function noteRefreshed(
  tx: Tx,
  at: ConnectionAt,
  facts: { expiresAtMs: number | null; scopes: string[] | null },
): Promise<void> {
  const expires = facts.expiresAtMs === null ? null : new Date(facts.expiresAtMs).toISOString();
  await tx`
    update public.connections set refreshed_at = now(), expires_at = ${expires},
      scopes_granted = coalesce(${facts.scopes}, scopes_granted)
    where workspace_id = ${at.workspaceId} and id = ${at.connectionId}`;
}

/** Seconds before a refresh that met a fault is tried again: doubling, at most a quarter of an hour. */
const firstRetrySeconds = 15;
const lastRetrySeconds = 900;

/**
 * Gives the lease back after a fault of the service. When it is not known what came of the call, the
 * lease is left as one that ended, which tells the next holder that the token may be used up.
 */
export async function postponeRefresh(
  db: Queryable,
  at: ConnectionAt & { epoch: number; isUnknown: boolean },
  random: number,
): Promise<void> {
  await db`
    update private.credentials set refresh_attempts = refresh_attempts + 1,
      lease_until = case when ${at.isUnknown} then clock_timestamp() end,
      retry_at = now() + make_interval(secs => ${0.5 + random}
        * least(${lastRetrySeconds}, ${firstRetrySeconds} * power(2, least(refresh_attempts, 10))))
    where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId}
      and lease_epoch = ${at.epoch}`;
}

/** Gives the lease back after a refusal: there is nothing to try again with. */
export async function endLease(
  db: Queryable,
  at: ConnectionAt & { epoch: number; version: number },
): Promise<boolean> {
  const { count } = await db`
    update private.credentials set lease_until = null, can_refresh = false
    where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId}
      and lease_epoch = ${at.epoch} and version = ${at.version}`;
  return count === 1;
}

/** A new authorization: fences off whoever was refreshing the old one. */
export async function putCredential(
  tx: Tx,
  at: ConnectionAt,
  sealed: SealedCredential,
): Promise<void> {
  await tx`
    insert into private.credentials as k (connection_id, workspace_id, envelope, key_id, can_refresh)
    values (${at.connectionId}, ${at.workspaceId}, ${sealed.envelope}, ${sealed.keyId}, ${sealed.canRefresh})
    on conflict (connection_id) do update set envelope = excluded.envelope, key_id = excluded.key_id,
      can_refresh = excluded.can_refresh, version = k.version + 1, lease_epoch = k.lease_epoch + 1,
      lease_until = null, refresh_attempts = 0, retry_at = null, updated_at = now()`;
}

export async function eraseCredential(db: Queryable, at: ConnectionAt): Promise<boolean> {
  const { count } = await db`
    delete from private.credentials
    where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId}`;
  return count === 1;
}

/**
 * Connections whose token nears its end. The margin is the one of credential.ts without its chance;
 * a connection that cannot be refreshed is due at its end, to be marked.
 */
export async function selectDueRefreshes(
  tx: Tx,
  limit: number,
): Promise<{ workspace_id: string; connection_id: string }[]> {
  return tx<{ workspace_id: string; connection_id: string }[]>`
    select c.workspace_id, c.id as connection_id
    from public.connections c
    join private.credentials k on k.workspace_id = c.workspace_id and k.connection_id = c.id
    where c.status = 'active' and c.expires_at is not null
      and (k.lease_until is null or k.lease_until < now())
      and (k.retry_at is null or k.retry_at <= now())
      and now() >= case when k.can_refresh
        then c.expires_at - least(interval '15 minutes', (c.expires_at - coalesce(c.refreshed_at, c.created_at)) / 2)
        else c.expires_at end
    order by c.expires_at limit ${limit} for update of k skip locked`;
}
