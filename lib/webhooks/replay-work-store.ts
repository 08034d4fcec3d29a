import type { Tx } from '#lib/db/index';
import { statusesBefore } from './inbox-event-state.ts';
import { indexed, looked } from './inbox-filter-store.ts';
import type { ReplaySelection } from './schema.ts';

export interface ReplayToWork {
  id: string;
  workspaceId: string;
  status: 'pending' | 'running' | 'cancelled';
  selection: ReplaySelection;
  untilId: string;
  reachedId: string | null;
  isWalked: boolean;
}

/**
 * The replay that has waited longest, locked for the length of this transaction: another worker passes
 * it over, and one that is killed lets go of it with everything it has not committed.
 */
export async function lockDueReplay(tx: Tx): Promise<ReplayToWork | null> {
  const [row] = await tx<ReplayToWork[]>`
    select id, workspace_id as "workspaceId", status, selection, until_id as "untilId",
      reached_id as "reachedId", is_walked as "isWalked"
    from public.replays
    where (status in ('pending', 'running') or (status = 'cancelled' and waiting > 0)) and next_step_at <= now()
    order by next_step_at limit 1 for update skip locked`;
  return row ?? null;
}

/**
 * Events the replays of a workspace have handed out that could be applied now, counted up to `most`.
 * One that failed and rests stands in nobody's way.
 */
export async function countWaitingAgain(
  tx: Tx,
  workspaceId: string,
  most: number,
): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select count(*) from (
      select 1 from public.inbox_events
      where workspace_id = ${workspaceId} and status in ('pending', 'queued', 'failed')
        and replay_id is not null and (status <> 'failed' or next_attempt_at <= now())
      limit ${most}) waiting`;
  return row?.count ?? 0;
}

export interface Handed {
  count: number;
  /** The place to go on from. */
  reachedId: string | null;
  /** Nothing is left between that place and the replay's end. */
  isWalked: boolean;
}

/**
 * Hands out at most `limit` events behind the place reached, and looks at `lookedAt` at most. Every
 * event is handed out once: its place and the new place of the replay are written together.
 */
export async function handOut(
  tx: Tx,
  replay: ReplayToWork,
  { limit, lookedAt }: { limit: number; lookedAt: number },
): Promise<Handed> {
  const { selection } = replay;
  const filter = 'filter' in selection ? selection.filter : {};
  const [row] = await tx<
    { count: number; last: string | null; seen: number; end: string | null }[]
  >`
    with seen as materialized (
      select e.id, e.status, e.connection_id, e.connector, e.endpoint_id, e.event, e.verdict, e.reason, e.delivery_id
      from public.inbox_events e
      where e.workspace_id = ${replay.workspaceId}
        ${replay.reachedId ? tx`and e.id > ${replay.reachedId}` : tx``}
        ${
          'ids' in selection
            ? // Chosen one by one: whose clock made their ids does not matter.
              tx`and (e.id = any(${selection.ids}::uuid[]) or e.parent_id = any(${selection.ids}::uuid[]))`
            : tx`and e.id < ${replay.untilId}`
        }
        ${indexed(tx, filter)}
      order by e.id limit ${lookedAt}
    ), taken as materialized (
      select e.id from seen e
      where e.status = any(${statusesBefore('pending')}::text[]) ${looked(tx, filter)}
      order by e.id limit ${limit}
    ), handed as (
      update public.inbox_events i
      set status = 'pending', attempts = 0, next_attempt_at = now(), replayed_at = now(), replay_id = ${replay.id}
      where i.id = any (array(select id from taken)) and i.status = any(${statusesBefore('pending')}::text[])
      returning 1
    )
    select (select count(*) from handed)::int as count, (select count(*) from seen)::int as seen,
      (select id from taken order by id offset ${limit - 1}) as last,
      (select id from seen order by id desc limit 1) as end`;
  const reachedId = row?.last ?? row?.end ?? replay.reachedId;
  const isWalked = !row?.last && (row?.seen ?? 0) < lookedAt;
  return { count: row?.count ?? 0, reachedId, isWalked };
}

/** A replay of more events than this is counted at its end, and every so often before. */
const countedAlways = 5_000;
const countEverySeconds = 5;

/** Writes where the replay stands and what has become of its events. Answers whether it is done. */
export async function keepStep(
  tx: Tx,
  replay: ReplayToWork,
  step: Handed,
  pauseMs: number,
): Promise<boolean> {
  const mayEnd = step.isWalked || replay.status === 'cancelled';
  const [row] = await tx<{ status: string }[]>`
    with own as materialized (
      select ${mayEnd} and not exists (
          select 1 from public.inbox_events
          where replay_id = ${replay.id} and workspace_id = ${replay.workspaceId}
            and status in ('pending', 'queued', 'failed')) as is_over,
        taken + ${step.count} <= ${countedAlways} or counted_at is null
          or counted_at < now() - ${countEverySeconds} * interval '1 second' as is_due
      from public.replays where workspace_id = ${replay.workspaceId} and id = ${replay.id}
    ), found as (
      select count(*) filter (where status in ('pending', 'queued', 'failed')) as waiting,
        count(*) filter (where status = 'applied') as applied,
        count(*) filter (where status = 'ignored') as ignored,
        count(*) filter (where status = 'dead') as dead
      from public.inbox_events
      where (select is_over or is_due from own)
        and replay_id = ${replay.id} and workspace_id = ${replay.workspaceId}
    ), counted as (
      select found.* from found, own where own.is_over or own.is_due
    )
    update public.replays r set
      status = case when r.status = 'cancelled' then r.status
        when own.is_over then 'completed' else 'running' end,
      started_at = coalesce(r.started_at, now()),
      finished_at = case when r.status = 'cancelled' then r.finished_at when own.is_over then now() end,
      taken = r.taken + ${step.count}, reached_id = ${step.reachedId}, is_walked = ${step.isWalked},
      waiting = coalesce(counted.waiting, r.waiting), applied = coalesce(counted.applied, r.applied),
      ignored = coalesce(counted.ignored, r.ignored), dead = coalesce(counted.dead, r.dead),
      counted_at = case when counted.waiting is null then r.counted_at else now() end,
      next_step_at = clock_timestamp() + ${pauseMs} * interval '1 millisecond'
    from own left join counted on true
    where r.workspace_id = ${replay.workspaceId} and r.id = ${replay.id}
    returning r.status`;
  return row?.status === 'completed';
}
