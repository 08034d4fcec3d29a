import { type Clock, HubError } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import type { Analytics, AnalyticsQuery } from './analytics-shape.ts';
import {
  bucketBaseMs,
  bucketCount,
  type HourRow,
  selectCounted,
  selectHours,
} from './analytics-store.ts';

const hourMs = 3_600_000;
const rowsMax = 5_000;
/** Rows that are added up for one answer. */
const readMax = 50_000;

type Freshness = Analytics['total']['freshness'];
type Sums = Pick<HourRow, 'fresh_count' | 'fresh_ms_sum' | 'fresh_ms_max' | 'fresh_buckets'>;

/** Counts by hour, and how fresh what came in was. */
export async function readAnalytics(
  tx: Tx,
  clock: Clock,
  at: { workspaceId: string; query: AnalyticsQuery },
): Promise<Analytics> {
  const { from, to, by, connection_id: connectionId } = at.query;
  const end = to ?? new Date(clock.now() + hourMs).toISOString();
  const begin = from ?? new Date(Date.parse(end) - 25 * hourMs).toISOString();
  const most = by === 'kind' ? readMax : rowsMax;
  const range = { from: begin, to: end, connectionId };
  const read = await selectHours(tx, at.workspaceId, range, most + 1);
  const rows = by === 'kind' && read.length <= most ? byKind(read) : read;
  if (read.length > most || rows.length > rowsMax) {
    throw new HubError('request.invalid', 'These are too many hours for one answer.', {
      details: { errors: [{ field: 'from', reason: 'is too long ago for one answer' }] },
    });
  }
  return {
    position: await selectCounted(tx, at.workspaceId),
    data: rows.map((row) => ({
      hour: row.hour,
      kind: row.kind,
      op: row.op,
      connection_id: row.connection_id,
      changes: row.changes,
      freshness: toFreshness(row),
    })),
    total: {
      changes: rows.reduce((sum, row) => sum + row.changes, 0),
      freshness: toFreshness(addUp(rows)),
    },
  };
}

/** The connections of each hour, kind and operation added up; the rows stand in that order. */
const byKind = (rows: readonly HourRow[]): HourRow[] =>
  [...Map.groupBy(rows, ({ hour, kind, op }) => `${hour} ${kind} ${op}`).values()].flatMap(
    (same) => {
      const [first] = same;
      const changes = same.reduce((sum, row) => sum + row.changes, 0);
      return first ? [{ ...first, ...addUp(same), connection_id: null, changes }] : [];
    },
  );

const addUp = (rows: readonly Sums[]): Sums => ({
  fresh_count: rows.reduce((sum, row) => sum + row.fresh_count, 0),
  fresh_ms_sum: rows.reduce((sum, row) => sum + row.fresh_ms_sum, 0),
  fresh_ms_max: rows.reduce((most, row) => Math.max(most, row.fresh_ms_max), 0),
  fresh_buckets: Array.from({ length: bucketCount }, (_, n) =>
    rows.reduce((sum, row) => sum + (row.fresh_buckets[n] ?? 0), 0),
  ),
});

function toFreshness(sums: Sums): Freshness {
  const count = sums.fresh_count;
  if (count === 0) return { count, mean: null, p50: null, p95: null, max: null };
  return {
    count,
    mean: Math.round(sums.fresh_ms_sum / count),
    p50: quantile(sums, 0.5),
    p95: quantile(sums, 0.95),
    max: sums.fresh_ms_max,
  };
}

/** The upper end of the bucket the quantile lies in; never above what was the most. */
function quantile(sums: Sums, share: number): number {
  let seen = 0;
  for (const [n, inBucket] of sums.fresh_buckets.entries()) {
    seen += inBucket;
    if (seen >= share * sums.fresh_count) {
      const end = n === bucketCount - 1 ? sums.fresh_ms_max : bucketBaseMs * 2 ** n;
      return Math.min(end, sums.fresh_ms_max);
    }
  }
  return sums.fresh_ms_max;
}
