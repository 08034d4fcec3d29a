import type { JsonObject } from '#lib/core/index';
import type { Queryable, Tx } from '#lib/db/index';
import type { Replay } from './delivery-shape.ts';
import { owesLess } from './fan-out-store.ts';

export interface RunningReplay {
  id: string;
  workspace_id: string;
  subscription_id: string;
  filter: JsonObject;
  cursor: number;
  upto_position: number;
  record_id: string | null;
}

/** The oldest of each workspace first, of subscriptions that take anything. */
export function selectRunningReplays(db: Queryable, rows: number): Promise<RunningReplay[]> {
  return db<RunningReplay[]>`
    select r.id, r.workspace_id, r.subscription_id, s.filter, r.cursor, r.upto_position, r.record_id
    from public.delivery_replays r
    join public.subscriptions s on s.workspace_id = r.workspace_id and s.id = r.subscription_id
    where r.status = 'running' and s.status = 'active' and s.deleted_at is null and ${owesLess(db)}
    order by row_number() over (partition by r.workspace_id order by r.created_at), r.created_at
    limit ${rows}`;
}

/** Moves it on from where it was read. False when somebody else did, or it was cancelled. */
export async function advanceReplay(
  tx: Tx,
  replay: RunningReplay,
  step: { to: number; created: number },
): Promise<boolean> {
  const isDone = step.to >= replay.upto_position;
  const { count } = await tx`
    update public.delivery_replays set cursor = ${step.to}, created_count = created_count + ${step.created},
      status = ${isDone ? 'done' : 'running'}, finished_at = ${isDone ? tx`now()` : tx`null`}
    where workspace_id = ${replay.workspace_id} and id = ${replay.id} and cursor = ${replay.cursor}
      and status = 'running'`;
  return count === 1;
}

/** The position the log is kept from, and its end. */
export async function selectLog(
  db: Queryable,
  workspaceId: string,
): Promise<{ pruned_to: number; position: number }> {
  const [row] = await db<{ pruned_to: number; position: number }[]>`
    select pruned_to, position from private.workspace_clocks where workspace_id = ${workspaceId}`;
  return row ?? { pruned_to: 0, position: 0 };
}

/** The last position before a moment. Times of the log follow its positions but for moments. */
export async function positionBefore(
  db: Queryable,
  workspaceId: string,
  at: string,
): Promise<number> {
  const [row] = await db<{ position: number | null }[]>`
    select max(position) as position from public.change_log
    where workspace_id = ${workspaceId} and at < ${at}`;
  return row?.position ?? 0;
}

export async function countChanges(
  db: Queryable,
  workspaceId: string,
  range: { after: number; upto: number; recordId: string | null },
): Promise<number> {
  const [row] = await db<{ n: number }[]>`
    select count(*)::int as n from public.change_log
    where workspace_id = ${workspaceId} and position > ${range.after} and position <= ${range.upto}
      ${range.recordId ? db`and record_id = ${range.recordId}` : db``}`;
  return row?.n ?? 0;
}

export async function insertReplay(
  tx: Tx,
  replay: {
    id: string;
    workspaceId: string;
    subscriptionId: string;
    after: number;
    upto: number;
    recordId: string | null;
    requestedBy: string;
  },
): Promise<void> {
  await tx`
    insert into public.delivery_replays (id, workspace_id, subscription_id, after_position, upto_position,
      cursor, record_id, requested_by)
    values (${replay.id}, ${replay.workspaceId}, ${replay.subscriptionId}, ${replay.after}, ${replay.upto},
      ${replay.after}, ${replay.recordId}, ${replay.requestedBy})`;
}

export async function countRunning(tx: Tx, subscriptionId: string): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(*)::int as n from public.delivery_replays
    where subscription_id = ${subscriptionId} and status = 'running'`;
  return row?.n ?? 0;
}

/** The newest first. `changes` counts positions of the range. */
export function selectReplays(
  tx: Tx,
  workspaceId: string,
  of: { subscriptionId?: string; replayId?: string },
  rows: number,
): Promise<Replay[]> {
  return tx<Replay[]>`
    select r.id, r.subscription_id, r.after_position, r.upto_position, r.cursor, r.record_id, r.status,
      r.upto_position - r.after_position as changes, null as matching, r.created_count, r.created_at, r.finished_at,
      (select count(*)::int from public.deliveries d where d.replay_id = r.id and d.status = 'delivered') as delivered_count,
      (select count(*)::int from public.deliveries d where d.replay_id = r.id and d.status = 'dead') as dead_count
    from public.delivery_replays r
    where r.workspace_id = ${workspaceId}
      ${of.subscriptionId ? tx`and r.subscription_id = ${of.subscriptionId}` : tx``}
      ${of.replayId ? tx`and r.id = ${of.replayId}` : tx``}
    order by r.id desc limit ${rows}`;
}

/** True for the one who stopped it. */
export async function stopReplay(tx: Tx, workspaceId: string, replayId: string): Promise<boolean> {
  const { count } = await tx`
    update public.delivery_replays set status = 'cancelled', finished_at = now()
    where workspace_id = ${workspaceId} and id = ${replayId} and status = 'running'`;
  return count === 1;
}
