import { HubError, limits, newId } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { selectPosition } from './change-store.ts';
import type { ConnectorRules } from './check-patch.ts';
import { judgeChangeUndo, netChange, type UndoJudgement } from './judge-change-undo.ts';
import {
  type UndoAnswer,
  type UndoDetail,
  type UndoPreview,
  type UndoRun,
  type UndoRunInput,
  undoAsksAbove,
} from './schema.ts';
import { undoLimits } from './undo-limits.ts';
import {
  cancelUndoRow,
  countActiveUndos,
  insertUndo,
  selectNotes,
  selectUndo,
  selectUndos,
} from './undo-run-store.ts';
import {
  countRecordsOfRun,
  selectChangesOfRun,
  selectUndoTargets,
  type UndoableChange,
} from './undo-store.ts';

/**
 * Takes back all that one run did, or says what that would be. The worker does it, record by record,
 * each by a change of its own. For more than a few records the number must be said (`allow`), so that
 * nobody takes back a thousand where they thought of ten: `records.undo_asks` otherwise.
 */
export async function startUndoRun(
  tx: Tx,
  rules: ConnectorRules,
  input: { workspaceId: string; requestedBy: string } & UndoRunInput,
): Promise<UndoAnswer> {
  const { workspaceId, run_id: runId, requestedBy } = input;
  const uptoPosition = await selectPosition(tx, workspaceId);
  const preview = await previewUndo(tx, rules, { workspaceId, runId, uptoPosition });
  if (preview.records === 0) {
    throw new HubError(
      'resource.not_found',
      'This run changed no record, or its changes are not kept any more.',
    );
  }
  if (input.preview) return { preview, undo: null };
  if (preview.needs_allow && (input.allow ?? 0) < preview.records) {
    throw new HubError(
      'records.undo_asks',
      `It would take back changes of ${preview.records} records.`,
      {
        details: { records: preview.records },
      },
    );
  }
  await refuseTooMany(tx, workspaceId);
  const id = newId();
  const expected = preview.records;
  if (!(await insertUndo(tx, { id, workspaceId, runId, uptoPosition, expected, requestedBy }))) {
    throw new HubError('resource.conflict', 'What this run did is being taken back already.');
  }
  await wake(tx, 'undos');
  return { preview, undo: await getUndo(tx, { undoId: id }) };
}

async function refuseTooMany(tx: Tx, workspaceId: string): Promise<void> {
  if ((await countActiveUndos(tx, workspaceId)) < undoLimits.activeRuns) return;
  const most = `At most ${undoLimits.activeRuns} are taken back at a time`;
  throw new HubError('resource.conflict', `${most}; wait for one of them, or cancel it.`);
}

async function previewUndo(
  tx: Tx,
  rules: ConnectorRules,
  of: { workspaceId: string; runId: string; uptoPosition: number },
): Promise<UndoPreview> {
  const records = await countRecordsOfRun(tx, of.workspaceId, of.runId, of.uptoPosition);
  const preview: UndoPreview = {
    records,
    looked_at: 0,
    can: 0,
    partly: 0,
    asks_service: 0,
    cannot: 0,
    reasons: {},
    sample: [],
    needs_allow: records > undoAsksAbove,
  };
  if (records === 0) return preview;
  const changes = await selectChangesOfRun(
    tx,
    of.workspaceId,
    { ...of, afterRecordId: null },
    undoLimits.previewRecords,
  );
  const groups = groupByRecord(changes);
  const targets = await selectUndoTargets(tx, of.workspaceId, [...groups.keys()]);
  for (const target of targets) {
    const own = groups.get(target.id) ?? [];
    const judged = judgeChangeUndo(netChange(own), target, rules);
    countOne(preview, judged);
    if (preview.sample.length < undoLimits.sampleRecords) {
      const { can, cannot, asksService: asks_service } = judged;
      const title = own[0]?.title ?? null;
      preview.sample.push({ record_id: target.id, title, can, cannot, asks_service });
    }
  }
  return preview;
}

/** Changes of each record, in the order they came. */
export function groupByRecord(changes: readonly UndoableChange[]): Map<string, UndoableChange[]> {
  const groups = new Map<string, UndoableChange[]>();
  for (const change of changes) {
    const own = groups.get(change.record_id);
    if (own) own.push(change);
    else groups.set(change.record_id, [change]);
  }
  return groups;
}

function countOne(preview: UndoPreview, judged: UndoJudgement): void {
  preview.looked_at += 1;
  if (judged.asksService) preview.asks_service += 1;
  else if (judged.can.length === 0) preview.cannot += 1;
  else if (judged.cannot.length > 0) preview.partly += 1;
  else preview.can += 1;
  for (const code of new Set(judged.cannot.map((fault) => fault.code))) {
    preview.reasons[code] = (preview.reasons[code] ?? 0) + 1;
  }
}

/** Throws `resource.not_found`. */
export async function getUndo(tx: Tx, input: { undoId: string }): Promise<UndoRun> {
  const undo = await selectUndo(tx, input.undoId);
  if (!undo) throw new HubError('resource.not_found', 'There is no such undo.');
  return undo;
}

/** With the records that were not wholly taken back. */
export async function readUndo(tx: Tx, input: { undoId: string }): Promise<UndoDetail> {
  const undo = await getUndo(tx, input);
  return { ...undo, notes: await selectNotes(tx, undo.id, undoLimits.shownNotes) };
}

/** Newest first; one more than asked for, so that the caller sees whether there are more. */
export function listUndos(
  tx: Tx,
  input: {
    workspaceId: string;
    runId?: string | undefined;
    beforeId?: string | null;
    limit: number;
  },
): Promise<UndoRun[]> {
  const { workspaceId, runId, beforeId } = input;
  const rows = Math.min(input.limit, limits.pageRows) + 1;
  return selectUndos(tx, workspaceId, { runId, before: beforeId ?? undefined }, rows);
}

/** What was taken back stays taken back; nothing more is. */
export async function cancelUndo(
  tx: Tx,
  input: { workspaceId: string; undoId: string },
): Promise<UndoRun> {
  if (!(await cancelUndoRow(tx, input.workspaceId, input.undoId))) {
    throw new HubError('resource.conflict', 'This undo is over already.');
  }
  return getUndo(tx, input);
}
