import { createHash } from 'node:crypto';
import { isHubError } from '#lib/core/index';
import { type Db, isUnavailable, pgErrorCode, type Tx, transaction } from '#lib/db/index';
import { captureError, type Logger } from '#lib/observability/index';
import type { ConnectorRules } from './check-patch.ts';
import { judgeChangeUndo, netChange, type UndoJudgement } from './judge-change-undo.ts';
import { groupByRecord } from './start-undo-run.ts';
import { carryOutUndo } from './undo-change.ts';
import { undoLimits } from './undo-limits.ts';
import {
  type DueUndo,
  failUndo,
  insertNotes,
  keepUndoStep,
  lockDueUndo,
  settleAsked,
  speakFor,
  tellPosition,
  type UndoNote,
  type UndoStep,
} from './undo-run-store.ts';
import {
  lockRecords,
  type StoredTarget,
  selectChangesOfRun,
  selectUndoTargets,
  type UndoableChange,
} from './undo-store.ts';

/**
 * One step of one undo, in one transaction: what was taken back and the place reached are committed
 * together or not at all, so that a worker killed anywhere has done a whole step or none, and none
 * twice. Answers how many steps were made; 0: nothing to do now.
 */
export async function workUndoRuns(deps: UndoDeps, rules: ConnectorRules): Promise<number> {
  const { db, log } = deps;
  let taken: DueUndo | null = null;
  try {
    const step = await transaction(db, async (tx) => {
      taken = await lockDueUndo(tx);
      return taken ? makeStep(tx, rules, taken) : null;
    });
    if (!step) return 0;
    if (step.hasWritten) await tellPosition(db, step.workspaceId);
    return 1;
  } catch (error) {
    if (!taken || isUnavailable(error)) throw error;
    // Somebody else had the same records: the step is made again.
    if (lostRaces.has(pgErrorCode(error) ?? '')) return 1;
    captureError(log, error, 'an undo met a fault');
    await giveUp(db, taken);
    return 1;
  }
}

interface UndoDeps {
  /** As the worker. */
  db: Db;
  log: Logger;
}

/** deadlock_detected, serialization_failure, lock_not_available */
const lostRaces = new Set(['40P01', '40001', '55P03']);

function giveUp(db: Db, undo: DueUndo): Promise<void> {
  const message = 'Something broke on our side; what was taken back until then stays so.';
  return transaction(db, (tx) => failUndo(tx, undo, { code: 'internal.unexpected', message }));
}

async function makeStep(
  tx: Tx,
  rules: ConnectorRules,
  undo: DueUndo,
): Promise<{ workspaceId: string; hasWritten: boolean }> {
  const workspaceId = undo.workspace_id;
  if (undo.status === 'asking') {
    const isLate = (undo.asking_ms ?? 0) > undoLimits.askMs;
    // It rests then; others may be due.
    await settleAsked(tx, undo, { isLate, againMs: undoLimits.askAgainMs });
    return { workspaceId, hasWritten: false };
  }
  if (undo.requested_by === null || !undo.is_allowed) {
    const message = 'Whoever asked for it may not edit in this workspace any more.';
    await failUndo(tx, undo, { code: 'identity.forbidden', message });
    return { workspaceId, hasWritten: false };
  }
  await speakFor(tx, undo.requested_by);
  await takeStep(tx, rules, undo);
  return { workspaceId, hasWritten: true };
}

async function takeStep(tx: Tx, rules: ConnectorRules, undo: DueUndo): Promise<void> {
  const { workspace_id: workspaceId } = undo;
  const of = {
    runId: undo.run_id,
    uptoPosition: undo.upto_position,
    afterRecordId: undo.reached_record_id,
  };
  const changes = await selectChangesOfRun(tx, workspaceId, of, undoLimits.stepRecords);
  const groups = groupByRecord(changes);
  const ids = [...groups.keys()];
  await lockRecords(tx, workspaceId, ids);
  const targets = await selectUndoTargets(tx, workspaceId, ids);
  const byId = new Map(targets.map((target) => [target.id, target]));
  const step: UndoStep = {
    reachedRecordId: ids.at(-1) ?? null,
    done: ids.length,
    undone: 0,
    partly: 0,
    kept: 0,
    asked: 0,
    reasons: [],
    isWalked: ids.length < undoLimits.stepRecords,
  };
  const notes: UndoNote[] = [];
  for (const id of ids) {
    const target = byId.get(id);
    const own = groups.get(id) ?? [];
    if (!target) continue;
    const judged = await undoRecord(tx, rules, undo, { target, own });
    const outcome = countOutcome(step, judged);
    const room = undoLimits.notedRecords - undo.kept - undo.partly - notes.length;
    if (outcome === 'asked' || (outcome !== 'undone' && room > 0)) {
      notes.push({ recordId: id, outcome, cannot: judged.cannot });
    }
  }
  await insertNotes(tx, undo, notes);
  await keepUndoStep(tx, undo, step);
}

/** What our own rules refuse at the last moment keeps the record as it is and stops nobody else's. */
async function undoRecord(
  tx: Tx,
  rules: ConnectorRules,
  undo: DueUndo,
  { target, own }: { target: StoredTarget; own: UndoableChange[] },
): Promise<UndoJudgement> {
  const judged = judgeChangeUndo(netChange(own), target, rules);
  const made = {
    workspaceId: undo.workspace_id,
    mutationId: mutationOf(undo.id, target.id),
    position: own.at(-1)?.position ?? 0,
    runId: undo.id,
  };
  try {
    await tx.savepoint((inner) => carryOutUndo(inner, rules, target, judged, made));
    return judged;
  } catch (error) {
    if (!isHubError(error)) throw error;
    return {
      can: [],
      cannot: [{ field: null, code: 'invalid', reason: error.message }],
      asksService: false,
    };
  }
}

function countOutcome(step: UndoStep, judged: UndoJudgement): UndoNote['outcome'] | 'undone' {
  step.reasons.push(...new Set(judged.cannot.map(({ code }) => code)));
  if (judged.asksService) {
    step.asked += 1;
    return 'asked';
  }
  if (judged.can.length === 0) {
    step.kept += 1;
    return 'kept';
  }
  if (judged.cannot.length > 0) {
    step.partly += 1;
    return 'partly';
  }
  step.undone += 1;
  return 'undone';
}

/** The same for the same undo and record, whoever does it and however often (a UUID of form 8, RFC 9562). */
function mutationOf(undoId: string, recordId: string): string {
  const hex = createHash('sha256').update(`undo ${undoId} ${recordId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
