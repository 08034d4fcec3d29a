import { HubError, type JsonObject } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { diffPatch } from './check-patch.ts';
import { toConflict } from './conflict-row.ts';
import type { Undone } from './conflict-shape.ts';
import { type StoredConflict, selectConflictPlace, selectConflictsById } from './conflict-store.ts';
import { decideUndo, type Undo } from './decide-undo.ts';
import { getRecord } from './get-record.ts';
import {
  type LockedConflicts,
  lockConflicted,
  markOwing,
  reopen,
  selectSince,
  writeBroughtBack,
  writeEdits,
} from './settle-store.ts';

/**
 * Takes back how a conflict was settled, by a policy or by a person, in the caller's transaction.
 * Throws `resource.conflict` with the reason where it cannot be, and `records.version_conflict` with
 * the present record where the field was changed since.
 */
export async function undoConflict(
  tx: Tx,
  input: { conflictId: string; mutationId: string },
): Promise<Undone> {
  const { conflictId, mutationId } = input;
  const place = await selectConflictPlace(tx, conflictId);
  if (!place) throw new HubError('resource.not_found', 'There is no such conflict.');
  const workspaceId = place.workspace_id;
  const conflictIds = [conflictId];
  const [record] = await lockConflicted(tx, workspaceId, { conflictIds, mutationId });
  if (!record) throw new HubError('identity.forbidden');
  if (!record.conflicts.some(({ id }) => id === conflictId)) {
    throw new HubError('resource.conflict', 'The record was joined with another meanwhile.');
  }
  const row = await readOne(tx, workspaceId, conflictId);
  if (row.mutation_id === mutationId) return undone(row);
  const since = await selectSince(tx, workspaceId, conflictId);
  const undo = decideUndo(row, {
    isTold: since.is_told,
    isOpenAgain: since.is_open_again,
    isGone: since.is_gone,
  });
  if (undo.do === 'refuse') throw await refusal(tx, row, undo);
  await act(tx, { row, record, undo, mutationId });
  await wake(tx, 'push');
  return undone(await readOne(tx, workspaceId, conflictId));
}

const undone = (row: StoredConflict): Undone => ({
  outcome: row.status === 'open' ? 'reopened' : 'brought_back',
  conflict: toConflict(row),
});

async function readOne(tx: Tx, workspaceId: string, id: string): Promise<StoredConflict> {
  const [row] = await selectConflictsById(tx, workspaceId, [id]);
  if (!row) throw new HubError('resource.not_found', 'There is no such conflict.');
  return row;
}

async function refusal(
  tx: Tx,
  row: StoredConflict,
  { code, reason }: Extract<Undo, { do: 'refuse' }>,
): Promise<HubError> {
  if (code === 'resource.conflict') return new HubError(code, reason);
  const record = await getRecord(tx, { recordId: row.record_id });
  return new HubError(code, reason, {
    details: {
      fields: [row.field],
      present: row.present,
      record: record as unknown as JsonObject,
    },
  });
}

async function act(
  tx: Tx,
  given: {
    row: StoredConflict;
    record: LockedConflicts;
    undo: Exclude<Undo, { do: 'refuse' }>;
    mutationId: string;
  },
): Promise<void> {
  const { row, record, undo, mutationId } = given;
  const { workspace_id: workspaceId, id, field, link_id: linkId } = row;
  const diff = diffPatch(record.kind, record.data, { [field]: undo.value });
  const sides = diff[field];
  if (Array.isArray(sides)) {
    const data = { ...record.data, [field]: sides[1] ?? null };
    const { kind, version } = record;
    const edit = { id: record.id, kind, version: version + 1, data, fields: [field], diff };
    await writeEdits(tx, workspaceId, { mutationId, reason: 'resolution_undone' }, [edit]);
    await markOwing(
      tx,
      workspaceId,
      record.links.map((link) => ({ id: link.id, freed: [] })),
    );
  }
  if (undo.do === 'reopen') await reopen(tx, workspaceId, { id, linkId, field, mutationId });
  else {
    const { choice, value } = undo;
    await writeBroughtBack(tx, workspaceId, { id, choice, value, mutationId });
  }
}
