import { dueInTurn, type Tx } from '#lib/db/index';

/** Events of one job; they are applied one transaction each. */
export const eventsPerJob = 20;

export interface DueEvent {
  id: string;
  workspaceId: string;
  connectionId: string;
}

/** new: waits for the first time, or failed by itself; again: handed out by a replay. */
export type Lane = 'new' | 'again';

/**
 * The days that hold events still to be applied, as bounds of ids. Given as values, so that the
 * planner drops all other days before it looks at them.
 */
export interface OpenDays {
  lowId: string;
  highId: string;
  /** Whether a replay may have handed out any. */
  hasReplays: boolean;
}

/** Beyond any day: ids by chance. */
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** From the counts, exact to the last commit; null where nothing is to be applied. */
export async function findOpenDays(tx: Tx): Promise<OpenDays | null> {
  const [row] = await tx<{ lowId: string | null; highId: string; hasReplays: boolean }[]>`
    with open as (
      select day from (
        select workspace_id, day, count from public.inbox_counts
        where status in ('pending', 'queued', 'failed')
        union all
        select workspace_id, day, delta from private.inbox_deltas
        where status in ('pending', 'queued', 'failed')) counted
      -- Each for itself: what a deleted workspace takes away is nobody else's.
      group by workspace_id, day having sum(count) > 0
    )
    select private.first_id_at(min(day)::timestamp at time zone 'utc') as "lowId",
      case when max(day) > '9999-01-01' then ${lastId}
        else private.first_id_at((max(day) + 1)::timestamp at time zone 'utc')::text end as "highId",
      exists (select 1 from public.replays where status in ('pending', 'running')
        or (status = 'cancelled' and waiting > 0)) as "hasReplays"
    from open`;
  return row?.lowId ? { ...row, lowId: row.lowId } : null;
}

const waiting = (tx: Tx, lane: Lane, { lowId, highId }: OpenDays) => tx`
  t.status in ('pending', 'queued', 'failed') and t.id >= ${lowId}::uuid and t.id <= ${highId}::uuid
  and ${lane === 'new' ? tx`t.replay_id is null` : tx`t.replay_id is not null`}`;

/**
 * Leases up to `limit` due events of a lane, oldest first, workspaces in turn. Rows another sweep
 * holds are passed over; a lease that ran out makes its row due again.
 */
export function leaseDue(
  tx: Tx,
  lane: Lane,
  days: OpenDays,
  { limit, leaseMs }: { limit: number; leaseMs: number },
): Promise<DueEvent[]> {
  const due = dueInTurn(tx, {
    table: 'public.inbox_events',
    queue: 'inbox',
    rowsPerJob: eventsPerJob,
    may: waiting(tx, lane, days),
    at: tx`t.next_attempt_at`,
    limit,
  });
  // A list, not a subquery: each id is then looked for by the key of its day, whatever is believed of sizes.
  return tx<DueEvent[]>`${due}
    update public.inbox_events e
    set status = 'queued', next_attempt_at = now() + ${leaseMs} * interval '1 millisecond'
    where e.id = any (array(select id from due)) and e.id >= ${days.lowId}::uuid and e.id <= ${days.highId}::uuid
    returning e.id, e.workspace_id as "workspaceId", e.connection_id as "connectionId"`;
}

/** Events of a lane whose lease still runs, counted up to `most`. */
export async function countLeased(
  tx: Tx,
  lane: Lane,
  days: OpenDays,
  most: number,
): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select count(*) from (
      select 1 from public.inbox_events t
      where ${waiting(tx, lane, days)} and t.status = 'queued' and t.next_attempt_at > now()
      limit ${most}) leased`;
  return row?.count ?? 0;
}
