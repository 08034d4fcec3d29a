import type { Queryable, Tx } from '#lib/db/index';

/** Bucket n holds what took at most 2^n × 16 ms; the last one everything above. */
export const bucketBaseMs = 16;
export const bucketCount = 16;

/**
 * Adds a stretch of the log to the hours it lies in. Called in the transaction that moves the cursor
 * over it, so each change is counted exactly once. An inbox event's id tells when it arrived (UUIDv7),
 * even when the event itself is gone.
 */
export async function rollUp(
  tx: Tx,
  workspaceId: string,
  stretch: { after: number; upto: number },
): Promise<void> {
  await tx`
    with counted as (
      select date_trunc('hour', c.at, 'UTC') as hour, c.kind, c.op, c.connection_id,
        case when c.inbox_event_id is not null then greatest(0, round(extract(epoch from c.at) * 1000)
          - ('x' || translate(left(c.inbox_event_id::text, 13), '-', ''))::bit(48)::bigint)::bigint end as ms
      from public.change_log c
      where c.workspace_id = ${workspaceId} and c.position > ${stretch.after} and c.position <= ${stretch.upto}),
    placed as (
      select *, case when ms is not null then
        least(${bucketCount}, 1 + ceil(log(2.0, greatest(1, ms::numeric / ${bucketBaseMs})))::int) end as bucket
      from counted),
    summed as (
      select hour, kind, op, connection_id, count(*) as changes, count(ms) as fresh,
        coalesce(sum(ms), 0) as ms_sum, coalesce(max(ms), 0) as ms_max,
        array(select count(p.bucket) from generate_series(1, ${bucketCount}::int) n
          left join placed p on p.bucket = n and (p.hour, p.kind, p.op) = (placed.hour, placed.kind, placed.op)
            and p.connection_id is not distinct from placed.connection_id
          group by n order by n) as buckets
      from placed group by hour, kind, op, connection_id)
    insert into public.analytics_hourly as a (workspace_id, hour, kind, op, connection_id, changes,
      fresh_count, fresh_ms_sum, fresh_ms_max, fresh_buckets)
    select ${workspaceId}, hour, kind, op, connection_id, changes, fresh, ms_sum, ms_max, buckets from summed
    order by hour, kind, op, connection_id
    on conflict on constraint analytics_hourly_once do update set
      changes = a.changes + excluded.changes,
      fresh_count = a.fresh_count + excluded.fresh_count,
      fresh_ms_sum = a.fresh_ms_sum + excluded.fresh_ms_sum,
      fresh_ms_max = greatest(a.fresh_ms_max, excluded.fresh_ms_max),
      fresh_buckets = array(select x + y from unnest(a.fresh_buckets, excluded.fresh_buckets)
        with ordinality as both_of (x, y, n) order by n)`;
}

export interface HourRow {
  hour: string;
  kind: string;
  op: string;
  connection_id: string | null;
  changes: number;
  fresh_count: number;
  fresh_ms_sum: number;
  fresh_ms_max: number;
  fresh_buckets: number[];
}

export function selectHours(
  db: Queryable,
  workspaceId: string,
  range: { from: string; to: string; connectionId?: string | undefined },
  rows: number,
): Promise<HourRow[]> {
  return db<HourRow[]>`
    select hour, kind, op, connection_id, changes, fresh_count, fresh_ms_sum, fresh_ms_max, fresh_buckets::float8[] as fresh_buckets
    from public.analytics_hourly
    where workspace_id = ${workspaceId} and hour >= ${range.from} and hour < ${range.to}
      ${range.connectionId ? db`and connection_id = ${range.connectionId}` : db``}
    order by hour, kind, op, connection_id limit ${rows}`;
}

/** Up to which position everything is counted. */
export async function selectCounted(db: Queryable, workspaceId: string): Promise<number> {
  const [row] = await db<{ cursor: number }[]>`
    select cursor from public.subscriptions where workspace_id = ${workspaceId} and kind = 'analytics'`;
  return row?.cursor ?? 0;
}
