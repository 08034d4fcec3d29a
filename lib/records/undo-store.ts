import { type Tx, wake } from '#lib/db/index';
import type { UndoTarget } from './judge-change-undo.ts';
import type { Change } from './schema.ts';

export interface UndoableChange {
  position: number;
  record_id: string;
  op: Change['op'];
  diff: Change['diff'];
  title: string | null;
}

export async function selectChangeAt(
  tx: Tx,
  workspaceId: string,
  position: number,
): Promise<UndoableChange | null> {
  const [row] = await tx<UndoableChange[]>`
    select c.position, c.record_id, c.op, c.diff, r.title
    from public.change_log c
    join public.records r on r.workspace_id = c.workspace_id and r.id = c.record_id
    where c.workspace_id = ${workspaceId} and c.position = ${position}`;
  return row ?? null;
}

/** What a run's changes of the next records are, oldest first within each; records in the order of their ids. */
export function selectChangesOfRun(
  tx: Tx,
  workspaceId: string,
  of: { runId: string; uptoPosition: number; afterRecordId: string | null },
  records: number,
): Promise<UndoableChange[]> {
  return tx<UndoableChange[]>`
    with next as materialized (
      select distinct record_id from public.change_log
      where workspace_id = ${workspaceId} and run_id = ${of.runId} and position <= ${of.uptoPosition}
        ${of.afterRecordId === null ? tx`` : tx`and record_id > ${of.afterRecordId}`}
      order by record_id limit ${records}
    )
    select c.position, c.record_id, c.op, c.diff, r.title
    from next
    join public.change_log c on c.workspace_id = ${workspaceId} and c.run_id = ${of.runId} and c.record_id = next.record_id
    join public.records r on r.workspace_id = c.workspace_id and r.id = c.record_id
    where c.position <= ${of.uptoPosition}
    order by c.record_id, c.version`;
}

export async function countRecordsOfRun(
  tx: Tx,
  workspaceId: string,
  runId: string,
  uptoPosition: number,
): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(distinct record_id)::int as n from public.change_log
    where workspace_id = ${workspaceId} and run_id = ${runId} and position <= ${uptoPosition}`;
  return row?.n ?? 0;
}

export type StoredTarget = UndoTarget & { id: string; version: number };

/** Records as they stand now; lock them first where what is read must hold. */
export function selectUndoTargets(
  tx: Tx,
  workspaceId: string,
  recordIds: string[],
): Promise<StoredTarget[]> {
  return tx<StoredTarget[]>`
    select r.id, r.kind, r.version, r.data, r.deleted_at is not null as "isDeleted",
      (select a.record_id from public.record_aliases a
        where a.workspace_id = r.workspace_id and a.old_record_id = r.id) as "joinedInto",
      coalesce((
        select json_agg(json_build_object('connector', c.connector, 'resource', s.resource, 'held', l.held,
          'mapping', sr.rules))
        from public.links l
        join public.connections c on c.id = l.connection_id
        join public.streams s on s.id = l.stream_id
        left join public.stream_rules sr on sr.workspace_id = l.workspace_id and sr.stream_id = l.stream_id
        where l.workspace_id = r.workspace_id and l.record_id = r.id and l.state <> 'tombstone'), '[]'::json) as links,
      (select count(*)::int from public.links l
        join public.connections c on c.id = l.connection_id and c.status <> 'disconnected'
        where l.workspace_id = r.workspace_id and l.record_id = r.id and l.state = 'tombstone') as askable
    from public.records r
    where r.workspace_id = ${workspaceId} and r.id = any(${recordIds})`;
}

/** In the order of their ids: the order in which everybody locks records. */
export async function lockRecords(tx: Tx, workspaceId: string, ids: string[]): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select id from public.records
    where workspace_id = ${workspaceId} and id = any(${ids}) order by id for update`;
  return rows.map(({ id }) => id);
}

/** The services a record was deleted at are asked for it again; the worker does it by the way edits go out. */
export async function askServicesAgain(
  tx: Tx,
  workspaceId: string,
  recordIds: string[],
): Promise<void> {
  await tx`
    update public.links set reread_at = now(), next_attempt_at = least(next_attempt_at, now())
    where workspace_id = ${workspaceId} and record_id = any(${recordIds}) and state = 'tombstone'`;
  await wake(tx, 'push');
}

export interface MadeUndo {
  version: number;
  diff: Change['diff'];
  undoes: number | null;
}

/**
 * What was done to the record under this mutation already; null when nothing was. `undoes`: the change
 * it took back, if it was an undo.
 */
export async function selectMadeUndo(
  tx: Tx,
  workspaceId: string,
  recordId: string,
  mutationId: string,
): Promise<MadeUndo | null> {
  const [row] = await tx<MadeUndo[]>`
    select version, diff, undoes from public.change_log
    where workspace_id = ${workspaceId} and record_id = ${recordId} and mutation_id = ${mutationId}`;
  return row ?? null;
}
