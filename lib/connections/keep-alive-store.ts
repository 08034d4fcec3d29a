import type { Account } from '#lib/connectors/protocol/index';
import type { Tx } from '#lib/db/index';
import type { ConnectionAt } from './worker-deps.ts';

/** A connection is idle when the last call that worked is this long ago, less its own part of the jitter. */
const idleHours = 24;
/** Connections made in one moment are asked over this time, each always at its own place in it. */
const jitterHours = 2;
/** After a try that found a fault. */
const retryHours = 1;

/**
 * Idle connections, marked as tried, so that a job that is lost is made again in an hour and two
 * workers do not ask twice. A read of a stream, a renewal and a check are calls that worked.
 */
export async function takeIdleConnections(
  tx: Tx,
  limit: number,
): Promise<{ workspace_id: string; connection_id: string }[]> {
  return tx<{ workspace_id: string; connection_id: string }[]>`
    update public.connections t set kept_alive_at = now()
    where t.id in (
      select c.id from public.connections c
      where c.status = 'active' and c.auth_kind <> 'webhook'
        and (c.kept_alive_at is null or c.kept_alive_at <= now() - make_interval(hours => ${retryHours}))
        and greatest(c.created_at, c.checked_at, c.refreshed_at, (
            select max(s.last_polled_at) from public.streams s
            where s.workspace_id = c.workspace_id and s.connection_id = c.id))
          <= now() - make_interval(hours => ${idleHours})
            + make_interval(hours => ${jitterHours}) * ((hashtext(c.id::text) & 1023) / 1024.0)
      order by c.kept_alive_at nulls first limit ${limit} for update skip locked)
    returning t.workspace_id, t.id as connection_id`;
}

export async function noteAlive(tx: Tx, at: ConnectionAt, account: Account): Promise<void> {
  await tx`
    update public.connections set checked_at = now(), account_name = ${account.name.slice(0, 200)},
      account_url = ${account.url?.slice(0, 2000) ?? null}
    where workspace_id = ${at.workspaceId} and id = ${at.connectionId} and status = 'active'`;
}
