import type { JsonObject } from '#lib/core/index';
import { dueInTurn, json, type Queryable, type Tx } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';
import type { Allowed } from './judge-mass.ts';
import type { NewRunEvent } from './run-event-schema.ts';
import { appendRunEvent, noteRunEvent } from './run-event-store.ts';
import type { Asks, Run } from './schema.ts';
import type { PlaceWatch } from './watch-places.ts';

const ms = (value: number) => `${value} milliseconds`;

export interface DueRow {
  id: string;
  workspace_id: string;
  epoch: number;
}

/** Runs that can go on, taken out of sight for the time a job may wait. */
export function claimDueRuns(tx: Tx, rows: number, queueLeaseMs: number): Promise<DueRow[]> {
  const due = dueInTurn(tx, {
    table: 'public.runs',
    queue: 'run',
    may: tx`t.status in ('queued', 'running')`,
    at: tx`t.next_attempt_at`,
    also: {
      join: tx`join public.connections c on c.id = t.connection_id and c.status = 'active'`,
      where: tx`and (t.lease_until is null or t.lease_until <= now())`,
    },
    limit: rows,
  });
  return tx<DueRow[]>`${due}
    update public.runs r set next_attempt_at = now() + ${ms(queueLeaseMs)}::interval
    from due where r.id = due.id returning r.id, r.workspace_id, r.epoch`;
}

/** Where a run stands between two pages. */
export interface Checkpoint {
  /** Delivery has been arranged for. */
  prepared?: boolean;
  /** What the next page is asked for with; absent before the first. */
  from?: JsonObject;
  /** Times it began anew because its place was gone. */
  restarts?: number;
  /** See watchPlace. */
  places?: PlaceWatch;
  /** Of a sweep: its generation, given with the first page. */
  generation?: number;
  /** Of a sweep: the last page was applied; what is left is to look for what none of them had. */
  isListed?: boolean;
  /** Of a sweep: the last absent link that was looked for. */
  probedTo?: string;
  /** Of a sweep: links it did not come across that were in sight before, when they began to be looked for. */
  missed?: number;
  /** Of a sweep: links that were out of sight before and whose objects are gone, so far. */
  lost?: number;
  /** Of a sweep: records that differed so far. */
  overwrites?: number;
  /** What a person has said yes to. */
  allowed?: Allowed;
  /** The stream's phase_detail once it is live. */
  detail?: string | null;
}

export interface TakenRun {
  id: string;
  workspace_id: string;
  connection_id: string;
  stream_id: string;
  kind: Run['kind'];
  attempts: number;
  checkpoint: Checkpoint;
  record_kind: Kind;
  resource: string;
  scope: JsonObject;
  scope_key: string;
  cursor: JsonObject;
  read_at: string;
}

/** Makes the run the caller's under a new epoch; null when it is not to be had. */
export async function takeRun(
  tx: Tx,
  workspaceId: string,
  runId: string,
  epoch: number,
  leaseMs: number,
): Promise<TakenRun | null> {
  await tx`
    update public.streams s set phase = 'backfill' from public.runs r
    where r.workspace_id = ${workspaceId} and r.id = ${runId} and r.kind = 'backfill' and r.epoch = ${epoch}
      and r.status in ('queued', 'running') and s.id = r.stream_id and s.phase in ('waiting', 'live', 'failed')`;
  const [row] = await tx<(TakenRun & Was)[]>`
    with was as (
      select id, status as was_status, asks as was_asks, lease_until is not null as was_held from public.runs
      where workspace_id = ${workspaceId} and id = ${runId} and epoch = ${epoch} for update
    )
    update public.runs r set status = 'running', epoch = r.epoch + 1, started_at = coalesce(r.started_at, now()),
      lease_until = now() + ${ms(leaseMs)}::interval, next_attempt_at = now() + ${ms(leaseMs)}::interval,
      updated_at = now(), asks = null,
      checkpoint = case when r.asks is null then r.checkpoint else r.checkpoint || jsonb_build_object('allowed',
        coalesce(r.checkpoint -> 'allowed', '{}') || jsonb_build_object(r.asks ->> 'what', r.asks -> 'count')) end
    from was, public.streams s
    where r.workspace_id = ${workspaceId} and r.id = was.id and r.epoch = ${epoch}
      and r.status in ('queued', 'running') and s.id = r.stream_id and s.phase <> 'paused'
    returning was_status, was_asks, was_held, r.id, r.workspace_id, r.connection_id, r.stream_id, r.kind, r.attempts, r.checkpoint,
      s.kind as record_kind, s.resource, s.scope, s.scope_key, s.cursor, clock_timestamp()::text as read_at`;
  if (!row) return null;
  const { was_status, was_asks, was_held, ...run } = row;
  // A run that only gave way goes on as if nothing had been.
  if (was_status === 'queued' || was_held) {
    const data = { takes_over: was_held, allows: was_asks };
    await appendRunEvent(tx, run, { type: 'started', data });
  }
  return run;
}

/** What a run was before it was taken. */
interface Was {
  was_status: Run['status'];
  was_asks: Asks | null;
  was_held: boolean;
}

/** False when the run has been taken over, given back, paused or cancelled. */
export async function extendRun(
  db: Queryable,
  runId: string,
  epoch: number,
  leaseMs: number,
): Promise<boolean> {
  const rows = await db`
    update public.runs set lease_until = now() + ${ms(leaseMs)}::interval,
      next_attempt_at = now() + ${ms(leaseMs)}::interval
    where id = ${runId} and epoch = ${epoch} and status = 'running' and lease_until is not null
    returning 1`;
  return rows.length > 0;
}

export interface PageProgress {
  epoch: number;
  leaseMs: number;
  checkpoint: Checkpoint;
  done: number;
  total: number | null;
  created: number;
  updated: number;
  unchanged: number;
  isOver: boolean;
}

/** Null when the run is not the caller's any more; otherwise the database's time, for the next page. */
export async function saveProgress(
  tx: Tx,
  run: TakenRun,
  page: PageProgress,
): Promise<string | null> {
  const [row] = await tx<{ read_at: string; total: number | null; calls: number }[]>`
    update public.runs r set checkpoint = ${json(tx, page.checkpoint)}, done = r.done + ${page.done},
      total = case when ${page.isOver} then r.done + ${page.done}
        else greatest(coalesce(${page.total}::int, r.total), case when r.total is not null then r.done + ${page.done} end) end,
      created = r.created + ${page.created}, updated = r.updated + ${page.updated},
      unchanged = r.unchanged + ${page.unchanged}, calls = r.calls + 1, attempts = 0, error = null,
      status = ${page.isOver ? 'completed' : 'running'}, finished_at = ${page.isOver ? tx`now()` : tx`null`},
      lease_until = ${page.isOver ? tx`null` : tx`now() + ${ms(page.leaseMs)}::interval`},
      next_attempt_at = ${page.isOver ? tx`null` : tx`now() + ${ms(page.leaseMs)}::interval`},
      updated_at = now()
    where r.workspace_id = ${run.workspace_id} and r.id = ${run.id} and r.epoch = ${page.epoch}
      and r.status = 'running'
    returning clock_timestamp()::text as read_at, r.total, r.calls`;
  if (!row) return null;
  const { done, created, updated, unchanged } = page;
  const data = { pages: 1, done, created, updated, unchanged, total: row.total };
  await noteRunEvent(tx, run, { type: 'page', data }, row.calls - 1);
  if (page.isOver) {
    await appendRunEvent(tx, run, { type: 'completed', data: { total: row.total } });
  }
  return row.read_at;
}

export async function savePrepared(
  tx: Tx,
  run: TakenRun,
  epoch: number,
  checkpoint: Checkpoint,
): Promise<boolean> {
  const rows = await tx`
    update public.runs set checkpoint = ${json(tx, checkpoint)}
    where workspace_id = ${run.workspace_id} and id = ${run.id} and epoch = ${epoch} and status = 'running'
    returning 1`;
  return rows.length > 0;
}

export interface RunPause {
  status: 'running' | 'queued' | 'failed';
  attempts: number;
  error: { code: string; message: string } | null;
  nextAfterMs: number | null;
  /** Forgets the page it stood at, and has done so that often; null leaves it as it is. */
  restarts: number | null;
}

/** Gives the run back: to go on later, or for good. False when it is not the caller's any more. */
export async function releaseRun(
  tx: Tx,
  run: TakenRun,
  epoch: number,
  pause: RunPause,
): Promise<boolean> {
  const { nextAfterMs: next, error, restarts } = pause;
  const [row] = await tx<{ is_news: boolean; calls: number }[]>`
    with was as (
      select id, error as was_error, attempts as was_attempts from public.runs
      where workspace_id = ${run.workspace_id} and id = ${run.id} and epoch = ${epoch} for update
    )
    update public.runs r set status = ${pause.status}, attempts = ${pause.attempts}, lease_until = null,
      error = ${error === null ? null : json(tx, error)}, updated_at = now(),
      checkpoint = ${restarts === null ? tx`r.checkpoint` : tx`(r.checkpoint - 'from' - 'places') || ${json(tx, { restarts })}`},
      next_attempt_at = ${next === null ? tx`null` : tx`now() + ${ms(next)}::interval`},
      finished_at = ${pause.status === 'failed' ? tx`now()` : tx`null`}
    from was
    where r.workspace_id = ${run.workspace_id} and r.id = was.id and r.epoch = ${epoch} and r.status = 'running'
    returning was_error is not null or was_attempts <> r.attempts as is_news, r.calls`;
  if (!row) return false;
  const event = pauseEvent(pause);
  if (event.type !== 'yielded' || row.is_news) await noteRunEvent(tx, run, event, row.calls);
  return true;
}

function pauseEvent(pause: RunPause): NewRunEvent {
  const { status, attempts, error, nextAfterMs, restarts } = pause;
  if (error === null) return { type: 'yielded', data: { attempts } };
  if (status === 'failed') return { type: 'failed', data: { attempts, error } };
  const data = { attempts, error, times: 1, after_ms: Math.round(nextAfterMs ?? 0) };
  return { type: restarts ? 'restarted' : 'postponed', data };
}

export interface FinishedRun {
  id: string;
  workspaceId: string;
  connectionId: string;
  streamId: string;
  status: 'completed' | 'failed';
  done: number;
  created: number;
  updated: number;
  unchanged: number;
  error: { code: string; message: string } | null;
}

/** A poll leaves a run behind when it changed something or failed; each of its pages adds to it. */
export async function recordPoll(tx: Tx, run: FinishedRun): Promise<void> {
  await tx`
    insert into public.runs as r (id, workspace_id, connection_id, stream_id, kind, status, done, total, created,
      updated, unchanged, calls, error, started_at, finished_at)
    values (${run.id}, ${run.workspaceId}, ${run.connectionId}, ${run.streamId}, 'poll', ${run.status},
      ${run.done}, ${run.done}, ${run.created}, ${run.updated}, ${run.unchanged}, 1,
      ${run.error === null ? null : json(tx, run.error)}, now(), now())
    on conflict (id) do update set done = r.done + excluded.done, total = r.done + excluded.done,
      created = r.created + excluded.created, updated = r.updated + excluded.updated,
      unchanged = r.unchanged + excluded.unchanged, calls = r.calls + 1, status = excluded.status,
      error = excluded.error, updated_at = now(), finished_at = now()`;
  const { status, done, created, updated, unchanged, error } = run;
  await appendRunEvent(
    tx,
    { workspace_id: run.workspaceId, id: run.id },
    { type: 'polled', data: { status, done, created, updated, unchanged, error } },
  );
}
