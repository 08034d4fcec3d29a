import { HubError, type JsonObject } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import type { ConnectorRules } from './check-patch.ts';
import { judgeChangeUndo, type UndoJudgement } from './judge-change-undo.ts';
import { patchRecord } from './patch-record.ts';
import { type ChangeUndo, type ChangeUndoInput, fieldsPatchSchema } from './schema.ts';
import {
  askServicesAgain,
  lockRecords,
  type MadeUndo,
  type StoredTarget,
  selectChangeAt,
  selectMadeUndo,
  selectUndoTargets,
  type UndoableChange,
} from './undo-store.ts';

/**
 * Takes one change back, by a change of its own that goes the way every edit goes: checked, written
 * with what the links owe, told to the services. What cannot be taken back is named with the reason;
 * the rest is taken back only when that was asked for (`records.undo_blocked` otherwise). The record
 * is judged below its lock, so a webhook that comes at the same moment is either before it or after.
 */
export async function undoChange(
  tx: Tx,
  rules: ConnectorRules,
  input: { workspaceId: string; position: number } & ChangeUndoInput,
): Promise<ChangeUndo> {
  const { workspaceId, position, mutation_id, preview, partial } = input;
  const change = await selectChangeAt(tx, workspaceId, position);
  if (!change) {
    throw new HubError(
      'resource.not_found',
      'There is no such change, or it is not kept any more.',
    );
  }
  if (!preview) await lockForUndo(tx, workspaceId, change.record_id);
  const made = await selectMadeUndo(tx, workspaceId, change.record_id, mutation_id);
  if (made) return alreadyMade(change, made);
  const [target] = await selectUndoTargets(tx, workspaceId, [change.record_id]);
  if (!target) throw new HubError('resource.not_found', 'The record is not kept any more.');
  const judged = judgeChangeUndo(change, target, rules);
  if (preview) return answerOf(change, judged, { isDone: false, version: target.version });
  refuseUnlessAsked(judged, partial);
  const undo = { workspaceId, mutationId: mutation_id, position, runId: null };
  const version = await carryOutUndo(tx, rules, target, judged, undo);
  return answerOf(change, judged, { isDone: true, version });
}

async function lockForUndo(tx: Tx, workspaceId: string, recordId: string): Promise<void> {
  // Row security hides a row from `for update` where the member may read it but not change it.
  const locked = await lockRecords(tx, workspaceId, [recordId]);
  if (locked.length === 0) throw new HubError('identity.forbidden');
}

function refuseUnlessAsked({ can, cannot, asksService }: UndoJudgement, partial: boolean): void {
  if (cannot.length === 0) return;
  if (partial && (can.length > 0 || asksService)) return;
  const [first] = cannot;
  throw new HubError('records.undo_blocked', first?.reason, {
    details: { can, cannot } as unknown as JsonObject,
  });
}

/** Writes what the judgement allows, for a record whose row is held. Answers its version afterwards. */
export async function carryOutUndo(
  tx: Tx,
  rules: ConnectorRules,
  target: StoredTarget,
  judged: UndoJudgement,
  undo: { workspaceId: string; mutationId: string; position: number; runId: string | null },
): Promise<number> {
  if (judged.asksService) await askServicesAgain(tx, undo.workspaceId, [target.id]);
  if (judged.can.length === 0) return target.version;
  const data = fieldsPatchSchema.parse(
    Object.fromEntries(judged.can.map(({ field, to }) => [field, to])),
  );
  const record = await patchRecord(tx, rules, {
    recordId: target.id,
    patch: { mutation_id: undo.mutationId, version: target.version, data },
    takesBack: { position: undo.position, runId: undo.runId },
  });
  return record.version;
}

const answerOf = (
  change: UndoableChange,
  { can, cannot, asksService }: UndoJudgement,
  { isDone, version }: { isDone: boolean; version: number },
): ChangeUndo => ({
  position: change.position,
  record_id: change.record_id,
  can,
  cannot,
  asks_service: asksService,
  is_done: isDone,
  version,
});

/** Throws `resource.conflict` where the mutation was something else: it has not taken this change back. */
function alreadyMade(change: UndoableChange, made: MadeUndo): ChangeUndo {
  if (made.undoes !== change.position) {
    throw new HubError('resource.conflict', 'Another change was made under this mutation_id.', {
      details: { errors: [{ field: 'mutation_id', reason: 'was used for another change' }] },
    });
  }
  return {
    position: change.position,
    record_id: change.record_id,
    can: Object.entries(made.diff).map(([field, [from, to]]) => ({ field, from, to })),
    cannot: [],
    asks_service: false,
    is_done: true,
    version: made.version,
  };
}
