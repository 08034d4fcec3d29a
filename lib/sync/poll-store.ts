import type { JsonObject } from '#lib/core/index';
import { dueInTurn, json, type Queryable, type Tx } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';
import type { DueRow, TakenRun } from './run-work-store.ts';
import type { PreparedStream } from './sync-deps.ts';

const ms = (value: number) => `${value} milliseconds`;

/** Live streams whose poll is due and that no run is reading, taken out of sight for a while. */
export function claimDuePolls(tx: Tx, rows: number, queueLeaseMs: number): Promise<DueRow[]> {
  const due = dueInTurn(tx, {
    table: 'public.streams',
    queue: 'poll',
    may: tx`t.next_poll_at is not null`,
    at: tx`t.next_poll_at`,
    also: {
      join: tx`join public.connections c on c.id = t.connection_id and c.status = 'active'`,
      where: tx`
        and t.phase = 'live' and not exists (select 1 from public.runs r where r.stream_id = t.id
          and (r.status in ('queued', 'running') or (r.status = 'paused' and r.kind <> 'reconcile')))`,
    },
    limit: rows,
  });
  return tx<DueRow[]>`${due}
    update public.streams s set next_poll_at = now() + ${ms(queueLeaseMs)}::interval
    from due where s.id = due.id returning s.id, s.workspace_id, s.epoch`;
}

export interface TakenStream {
  id: string;
  workspace_id: string;
  connection_id: string;
  kind: Kind;
  resource: string;
  scope: JsonObject;
  scope_key: string;
  cursor: JsonObject;
  delivery: PreparedStream['delivery'];
  /** Delivery is to be arranged for before this poll reads. */
  wants_delivery: boolean;
  attempts: number;
  resyncs: number;
  error: { code?: string } | null;
  read_at: string;
}

/** Makes the poll the caller's under a new epoch; null when it is not to be had. */
export async function takeStream(
  tx: Queryable,
  workspaceId: string,
  streamId: string,
  epoch: number,
  leaseMs: number,
): Promise<TakenStream | null> {
  const [row] = await tx<TakenStream[]>`
    update public.streams set epoch = epoch + 1, next_poll_at = now() + ${ms(leaseMs)}::interval
    where workspace_id = ${workspaceId} and id = ${streamId} and epoch = ${epoch} and phase = 'live'
    returning id, workspace_id, connection_id, kind, resource, scope, scope_key, cursor, delivery, attempts, resyncs, error,
      coalesce(prepare_at <= now(), false) as wants_delivery, clock_timestamp()::text as read_at`;
  return row ?? null;
}

export interface PollSave {
  epoch: number;
  cursor: JsonObject;
  isChanged: boolean;
  nextAfterMs: number;
}

/** Null when the stream is not the caller's any more; otherwise the database's time. */
export async function savePoll(
  tx: Tx,
  stream: TakenStream,
  poll: PollSave,
): Promise<string | null> {
  const [row] = await tx<{ read_at: string }[]>`
    update public.streams set cursor = ${json(tx, poll.cursor)}, last_polled_at = now(), attempts = 0, error = null, resyncs = 0,
      last_changed_at = case when ${poll.isChanged} then now() else last_changed_at end,
      next_poll_at = now() + ${ms(poll.nextAfterMs)}::interval
    where workspace_id = ${stream.workspace_id} and id = ${stream.id} and epoch = ${poll.epoch} and phase = 'live'
    returning clock_timestamp()::text as read_at`;
  return row?.read_at ?? null;
}

export async function savePollFailure(
  tx: Tx,
  stream: TakenStream,
  failure: { epoch: number; error: JsonObject; attempts: number; nextAfterMs: number },
): Promise<boolean> {
  const rows = await tx`
    update public.streams set attempts = ${failure.attempts}, error = ${json(tx, failure.error)},
      next_poll_at = now() + ${ms(failure.nextAfterMs)}::interval
    where workspace_id = ${stream.workspace_id} and id = ${stream.id} and epoch = ${failure.epoch} and phase = 'live'
    returning 1`;
  return rows.length > 0;
}

/** The place was dropped: all is read anew, or the stream fails, for people to see (`detail`). */
export async function saveResync(
  tx: Tx,
  stream: TakenStream,
  epoch: number,
  detail: string | null,
): Promise<void> {
  await tx`
    update public.streams set resyncs = ${detail === null ? tx`resyncs + 1` : tx`0`},
      phase = ${detail === null ? tx`phase` : 'failed'},
      phase_detail = ${detail === null ? tx`phase_detail` : detail}
    where workspace_id = ${stream.workspace_id} and id = ${stream.id} and epoch = ${epoch} and phase = 'live'`;
}

/** What a page of a run means for its stream. Taken before the run's own row: the order of locks. */
export async function advanceStream(
  tx: Tx,
  run: TakenRun,
  step: { cursor: JsonObject | null; isChanged: boolean; isOver: boolean; detail: string | null },
): Promise<void> {
  const { cursor } = step;
  await tx`
    update public.streams set
      cursor = ${cursor === null ? tx`cursor` : json(tx, cursor)},
      last_changed_at = case when ${step.isChanged} then now() else last_changed_at end,
      last_polled_at = case when ${step.isOver} then now() else last_polled_at end,
      phase = ${step.isOver ? 'live' : tx`phase`}, attempts = 0, error = null,
      phase_detail = ${step.isOver && run.kind === 'backfill' ? step.detail : tx`phase_detail`},
      next_poll_at = ${step.isOver ? tx`now()` : tx`next_poll_at`}
    where workspace_id = ${run.workspace_id} and id = ${run.stream_id} and phase <> 'paused'`;
}

export async function failStream(tx: Tx, run: TakenRun, detail: string): Promise<void> {
  await tx`
    update public.streams set phase = 'failed', phase_detail = ${detail.slice(0, 1000)}
    where workspace_id = ${run.workspace_id} and id = ${run.stream_id} and phase <> 'paused'`;
}

/** Tells browsers where the log ends, after transactions whose messages were thinned out. */
export async function signalPosition(db: Queryable, workspaceId: string): Promise<void> {
  await db`select private.signal_position(${workspaceId}::uuid)`;
}
