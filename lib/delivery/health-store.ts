import type { Tx } from '#lib/db/index';
import { type DestinationHealth, recentDeliveries } from './destination-shape.ts';
import { homesOf } from './fan-out-store.ts';

interface Row {
  subscription_id: string;
  state: DestinationHealth['breaker']['state'] | null;
  opened_at: string | null;
  retry_at: string | null;
  faults: number | null;
  cause: string | null;
  rest_until: string | null;
  previous_until: string | null;
  delivered: number;
  tried: number;
}

/** Of all subscriptions of the workspace, under the member's claims. */
export async function selectHealth(tx: Tx, workspaceId: string): Promise<DestinationHealth[]> {
  const rows = await tx<Row[]>`
    with mine as (
      select s.id from public.subscriptions s
      where s.workspace_id = ${workspaceId} and s.deleted_at is null and s.kind <> 'analytics')
    select m.id as subscription_id, b.state, b.opened_at, b.retry_at, b.faults, b.cause,
      case when b.rest_until > now() then b.rest_until end as rest_until,
      (select k.previous_until from private.subscription_secret_state(array[m.id]) k) as previous_until,
      d.delivered, d.tried
    from mine m
    left join public.subscription_breakers b
      on b.workspace_id = ${workspaceId} and b.subscription_id = m.id
    cross join lateral (
      select count(*) filter (where l.status = 'delivered')::int as delivered,
        count(*) filter (where l.status in ('delivered', 'dead', 'failed')
          or (l.status = 'pending' and l.attempts > 0))::int as tried
      from (select x.status, x.attempts from public.deliveries x where x.subscription_id = m.id
        order by x.id desc limit ${recentDeliveries}) l) d`;
  return rows.map((row) => ({
    subscription_id: row.subscription_id,
    breaker: {
      state: row.state ?? 'closed',
      since: row.opened_at,
      retry_at: row.retry_at,
      faults: row.faults ?? 0,
      cause: row.cause,
    },
    rest_until: row.rest_until,
    previous_secret_until: row.previous_until,
    recent: { delivered: row.delivered, tried: row.tried },
  }));
}

/** False when there was none, or the caller is no admin there. */
export async function endPreviousSecret(tx: Tx, subscriptionId: string): Promise<boolean> {
  const [row] = await tx<{ done: boolean }[]>`
    select private.end_previous_secret(${subscriptionId}) as done`;
  return row?.done ?? false;
}

export interface RecentChange {
  position: number;
  record_id: string;
  kind: string;
  version: number;
  op: string;
  origin: string;
  connection_id: string | null;
  /** Streams its record lives in. */
  stream_ids: string[];
  fields: string[];
  diff: Record<string, [unknown, unknown]>;
  at: string;
  title: string | null;
  url: string | null;
}

/** The latest of the log, newest first. */
export function selectRecentChanges(
  tx: Tx,
  workspaceId: string,
  rows: number,
): Promise<RecentChange[]> {
  return tx<RecentChange[]>`
    select c.position, c.record_id, c.kind, c.version, c.op, c.origin, c.connection_id, c.fields, c.diff,
      c.at, coalesce(r.data ->> 'title', r.data ->> 'name') as title, (${homesOf(tx)}) as stream_ids,
      (select l.url from public.links l where l.workspace_id = c.workspace_id
        and l.record_id = c.record_id and l.url is not null order by l.id limit 1) as url
    from public.change_log c
    left join public.records r on r.workspace_id = c.workspace_id and r.id = c.record_id
    where c.workspace_id = ${workspaceId} and c.position is not null
    order by c.position desc limit ${rows}`;
}

/** Its key is its own, so that it waits for nothing and nothing waits for it. */
export async function insertTestDelivery(
  tx: Tx,
  of: { workspaceId: string; subscriptionId: string },
  id: string,
): Promise<void> {
  await tx`
    insert into public.deliveries (id, workspace_id, subscription_id, position, record_id, kind, op, version,
      origin, title, changed_at, next_attempt_at)
    values (${id}, ${of.workspaceId}, ${of.subscriptionId}, 0, ${id}, 'task', 'test', 0, 'hub',
      'A test of Patchbay', now(), now())`;
}
