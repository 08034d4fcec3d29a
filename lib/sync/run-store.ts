import type { Queryable, Tx } from '#lib/db/index';
import { appendRunEvent } from './run-event-store.ts';
import type { Run } from './schema.ts';

export type StoredRun = Run & { workspace_id: string };

const runColumns = (db: Queryable) => db`
  r.workspace_id, r.id, r.connection_id, r.stream_id, r.kind, r.status, r.done, r.total, r.created, r.updated,
  r.unchanged, r.calls, r.attempts, r.error, r.asks, r.created_at, r.started_at, r.updated_at, r.finished_at`;

export interface RunFilter {
  connectionId?: string | undefined;
  streamId?: string | undefined;
  before?: string | undefined;
}

/** Newest first. */
export function selectRuns(
  tx: Tx,
  workspaceId: string,
  filter: RunFilter,
  rows: number,
): Promise<StoredRun[]> {
  return tx<StoredRun[]>`
    select ${runColumns(tx)} from public.runs r
    where r.workspace_id = ${workspaceId}
      ${filter.connectionId ? tx`and r.connection_id = ${filter.connectionId}` : tx``}
      ${filter.streamId ? tx`and r.stream_id = ${filter.streamId}` : tx``}
      ${filter.before ? tx`and r.id < ${filter.before}` : tx``}
    order by r.id desc limit ${rows}`;
}

export async function selectRun(tx: Tx, runId: string): Promise<StoredRun | null> {
  const [row] = await tx<StoredRun[]>`
    select ${runColumns(tx)} from public.runs r where r.id = ${runId}`;
  return row ?? null;
}

export interface RunInsert {
  id: string;
  workspaceId: string;
  connectionId: string;
  streamId: string;
  kind: Run['kind'];
  requestedBy: string | null;
  /** Not due until somebody releases it. */
  isHeld?: boolean;
}

/** False when the stream already has a run that is not over. */
export async function insertQueuedRun(tx: Tx, run: RunInsert): Promise<boolean> {
  const rows = await tx`
    insert into public.runs (id, workspace_id, connection_id, stream_id, kind, requested_by, next_attempt_at)
    values (${run.id}, ${run.workspaceId}, ${run.connectionId}, ${run.streamId}, ${run.kind},
      ${run.requestedBy}, ${run.isHeld ? tx`null` : tx`now()`})
    on conflict (stream_id) where status in ('queued', 'running', 'paused') do nothing returning 1`;
  if (rows.length === 0) return false;
  await appendRunEvent(
    tx,
    { workspace_id: run.workspaceId, id: run.id },
    { type: 'queued', data: { kind: run.kind, is_held: run.isHeld === true } },
  );
  return true;
}

export async function lockRunStatus(tx: Tx, runId: string): Promise<StoredRun | null> {
  const [row] = await tx<StoredRun[]>`
    select ${runColumns(tx)} from public.runs r where r.id = ${runId} for update`;
  return row ?? null;
}

/** Asked with the stream locked, so that no other can begin meanwhile. */
export async function hasOtherRun(tx: Tx, run: StoredRun): Promise<boolean> {
  const rows = await tx`
    select 1 from public.runs
    where workspace_id = ${run.workspace_id} and stream_id = ${run.stream_id} and id <> ${run.id}
      and status in ('queued', 'running', 'paused')`;
  return rows.length > 0;
}

/** A new state by a member's word. The raised epoch makes a worker's page in progress void. */
export async function setRunStatus(
  tx: Tx,
  workspaceId: string,
  runId: string,
  status: 'paused' | 'queued' | 'cancelled',
): Promise<void> {
  const isOver = status === 'cancelled';
  await tx`
    update public.runs set status = ${status}, epoch = epoch + 1, lease_until = null, updated_at = now(),
      next_attempt_at = ${status === 'queued' ? tx`now()` : tx`null`},
      attempts = ${status === 'queued' ? tx`0` : tx`attempts`},
      error = ${status === 'queued' ? tx`null` : tx`error`},
      finished_at = ${isOver ? tx`now()` : tx`null`}
    where workspace_id = ${workspaceId} and id = ${runId}`;
  const type = status === 'queued' ? 'resumed' : status;
  await appendRunEvent(tx, { workspace_id: workspaceId, id: runId }, { type, data: {} });
}

/** Pauses whatever run of the stream is under way. */
export async function pauseRunsOf(tx: Tx, workspaceId: string, streamId: string): Promise<void> {
  const runs = await tx<{ id: string }[]>`
    update public.runs set status = 'paused', epoch = epoch + 1, lease_until = null, next_attempt_at = null,
      updated_at = now()
    where workspace_id = ${workspaceId} and stream_id = ${streamId} and status in ('queued', 'running')
    returning id`;
  for (const { id } of runs) {
    await appendRunEvent(tx, { workspace_id: workspaceId, id }, { type: 'paused', data: {} });
  }
}

/** Queues the stream's paused run again, unless it waits for an answer; false when there is none. */
export async function resumeRunsOf(
  tx: Tx,
  workspaceId: string,
  streamId: string,
): Promise<boolean> {
  const runs = await tx<{ id: string }[]>`
    update public.runs set status = 'queued', epoch = epoch + 1, next_attempt_at = now(), attempts = 0,
      error = null, updated_at = now()
    where workspace_id = ${workspaceId} and stream_id = ${streamId} and status = 'paused' and asks is null
    returning id`;
  for (const { id } of runs) {
    await appendRunEvent(tx, { workspace_id: workspaceId, id }, { type: 'resumed', data: {} });
  }
  return runs.length > 0;
}
