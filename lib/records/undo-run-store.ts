import type { JsonObject } from '#lib/core/index';
import { json, type Queryable, type Tx } from '#lib/db/index';
import type { UndoDetail, UndoFault, UndoRun } from './schema.ts';

const ms = (value: number) => `${value} milliseconds`;

const undoColumns = (db: Queryable) => db`
  u.id, u.run_id, u.status, u.expected, u.done, u.undone, u.partly, u.kept, u.asked, u.restored, u.reasons, u.error,
  case when u.requested_by is not null
    then json_build_object('id', u.requested_by, 'name', p.name) end as requested_by,
  u.created_at, u.started_at, u.finished_at`;

export async function insertUndo(
  tx: Tx,
  undo: {
    id: string;
    workspaceId: string;
    runId: string;
    uptoPosition: number;
    expected: number;
    requestedBy: string;
  },
): Promise<boolean> {
  const rows = await tx`
    insert into public.undo_runs (id, workspace_id, run_id, upto_position, expected, requested_by)
    values (${undo.id}, ${undo.workspaceId}, ${undo.runId}, ${undo.uptoPosition}, ${undo.expected}, ${undo.requestedBy})
    on conflict (workspace_id, run_id) where status in ('queued', 'running', 'asking') do nothing returning 1`;
  return rows.length > 0;
}

export async function countActiveUndos(tx: Tx, workspaceId: string): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from public.undo_runs
    where workspace_id = ${workspaceId} and status in ('queued', 'running', 'asking')`;
  return row?.count ?? 0;
}

export async function selectUndo(tx: Tx, undoId: string): Promise<UndoRun | null> {
  const [row] = await tx<UndoRun[]>`
    select ${undoColumns(tx)} from public.undo_runs u left join public.users p on p.id = u.requested_by
    where u.id = ${undoId}`;
  return row ?? null;
}

/** Newest first. */
export function selectUndos(
  tx: Tx,
  workspaceId: string,
  filter: { runId?: string | undefined; before?: string | undefined },
  rows: number,
): Promise<UndoRun[]> {
  return tx<UndoRun[]>`
    select ${undoColumns(tx)} from public.undo_runs u left join public.users p on p.id = u.requested_by
    where u.workspace_id = ${workspaceId}
      ${filter.runId ? tx`and u.run_id = ${filter.runId}` : tx``}
      ${filter.before ? tx`and u.id < ${filter.before}` : tx``}
    order by u.id desc limit ${rows}`;
}

export function selectNotes(tx: Tx, undoId: string, rows: number): Promise<UndoDetail['notes']> {
  return tx<UndoDetail['notes']>`
    select n.record_id, n.outcome, n.cannot,
      left(coalesce(r.title, r.data ->> 'name', r.data ->> 'body'), 200) as title
    from public.undo_notes n
    join public.records r on r.workspace_id = n.workspace_id and r.id = n.record_id
    where n.undo_id = ${undoId} order by n.record_id limit ${rows}`;
}

/** False when it is over already. */
export async function cancelUndoRow(tx: Tx, workspaceId: string, undoId: string): Promise<boolean> {
  const rows = await tx`
    update public.undo_runs set status = 'cancelled', finished_at = now(), next_step_at = null
    where workspace_id = ${workspaceId} and id = ${undoId} and status in ('queued', 'running', 'asking')
    returning 1`;
  return rows.length > 0;
}

export interface DueUndo {
  id: string;
  workspace_id: string;
  run_id: string;
  status: 'queued' | 'running' | 'asking';
  upto_position: number;
  reached_record_id: string | null;
  kept: number;
  partly: number;
  requested_by: string | null;
  /** The one who asked may still edit in this workspace. */
  is_allowed: boolean;
  /** Milliseconds since all records were looked at. */
  asking_ms: number | null;
}

/** The one whose turn it is, locked until its step is committed; those others have are passed by. */
export async function lockDueUndo(tx: Tx): Promise<DueUndo | null> {
  const [row] = await tx<DueUndo[]>`
    select u.id, u.workspace_id, u.run_id, u.status, u.upto_position, u.reached_record_id, u.kept, u.partly, u.requested_by,
      exists (select 1 from public.members m where m.workspace_id = u.workspace_id and m.user_id = u.requested_by
        and private.role_rank(m.role) >= private.role_rank('editor')) as is_allowed,
      (extract(epoch from now() - u.walked_at) * 1000)::float8 as asking_ms
    from public.undo_runs u
    where u.status in ('queued', 'running', 'asking') and u.next_step_at <= now()
    order by u.next_step_at limit 1 for update of u skip locked`;
  return row ?? null;
}

/** What is written from here on in this transaction is the member's word, and one hint tells browsers of all of it. */
export async function speakFor(tx: Tx, userId: string): Promise<void> {
  await tx`
    select set_config('request.jwt.claims', ${JSON.stringify({ sub: userId })}, true),
      set_config('patchbay.bulk', 'on', true)`;
}

export interface UndoStep {
  reachedRecordId: string | null;
  done: number;
  undone: number;
  partly: number;
  kept: number;
  asked: number;
  /** Reasons, one for each record and reason. */
  reasons: string[];
  isWalked: boolean;
}

export async function keepUndoStep(tx: Tx, undo: DueUndo, step: UndoStep): Promise<void> {
  await tx`
    update public.undo_runs u set done = u.done + ${step.done}, undone = u.undone + ${step.undone},
      partly = u.partly + ${step.partly}, kept = u.kept + ${step.kept}, asked = u.asked + ${step.asked},
      reached_record_id = coalesce(${step.reachedRecordId}::uuid, u.reached_record_id),
      reasons = (
        select coalesce(jsonb_object_agg(code, n), '{}') from (
          select code, sum(n)::int as n from (
            select key as code, value::int as n from jsonb_each_text(u.reasons)
            union all select code, 1 from unnest(${step.reasons}::text[]) code
          ) each_reason group by code) counted),
      started_at = coalesce(u.started_at, now()), next_step_at = now(),
      walked_at = case when ${step.isWalked} then now() end,
      status = case when not ${step.isWalked} then 'running'
        when u.asked + ${step.asked} > 0 then 'asking' else 'completed' end,
      finished_at = case when ${step.isWalked} and u.asked + ${step.asked} = 0 then now() end
    where u.workspace_id = ${undo.workspace_id} and u.id = ${undo.id}`;
}

export interface UndoNote {
  recordId: string;
  outcome: 'kept' | 'partly' | 'asked';
  cannot: UndoFault[];
}

export async function insertNotes(tx: Tx, undo: DueUndo, notes: UndoNote[]): Promise<void> {
  if (notes.length === 0) return;
  await tx`
    insert into public.undo_notes (undo_id, workspace_id, record_id, outcome, cannot)
    select ${undo.id}, ${undo.workspace_id}, x."recordId", x.outcome, x.cannot
    from jsonb_to_recordset(${json(tx, notes as unknown as JsonObject[])}::jsonb) as x(
      "recordId" uuid, outcome text, cannot jsonb)
    on conflict (undo_id, record_id) do nothing`;
}

/** What became of the records that were asked for; while some are waited for, the undo rests. */
export async function settleAsked(
  tx: Tx,
  undo: DueUndo,
  { isLate, againMs }: { isLate: boolean; againMs: number },
): Promise<void> {
  const settled = await tx<{ outcome: string }[]>`
    update public.undo_notes n set outcome = case when r.deleted_at is null then 'restored' else 'gone' end
    from public.records r
    where n.workspace_id = ${undo.workspace_id} and n.undo_id = ${undo.id} and n.outcome = 'asked'
      and r.workspace_id = n.workspace_id and r.id = n.record_id
      and (r.deleted_at is null or not exists (
        select 1 from public.links l where l.workspace_id = r.workspace_id and l.record_id = r.id
          and l.reread_at is not null))
    returning n.outcome`;
  const [left] = await tx<{ n: number }[]>`
    select count(*)::int as n from public.undo_notes where undo_id = ${undo.id} and outcome = 'asked'`;
  const waiting = left?.n ?? 0;
  const isOver = waiting === 0 || isLate;
  const restored = settled.filter(({ outcome }) => outcome === 'restored').length;
  const gone = settled.length - restored;
  await tx`
    update public.undo_runs set restored = restored + ${restored}, kept = kept + ${gone},
      status = ${isOver ? 'completed' : 'asking'}, finished_at = ${isOver ? tx`now()` : tx`null`},
      next_step_at = ${isOver ? tx`null` : tx`now() + ${ms(againMs)}::interval`}
    where workspace_id = ${undo.workspace_id} and id = ${undo.id}`;
}

export async function failUndo(
  tx: Tx,
  undo: DueUndo,
  error: { code: string; message: string },
): Promise<void> {
  await tx`
    update public.undo_runs set status = 'failed', error = ${json(tx, error)}, finished_at = now(), next_step_at = null
    where workspace_id = ${undo.workspace_id} and id = ${undo.id}`;
}

/** Tells browsers where the log stands, after a transaction whose messages were thinned out. */
export async function tellPosition(db: Queryable, workspaceId: string): Promise<void> {
  await db`select private.signal_position(${workspaceId}::uuid)`;
}
