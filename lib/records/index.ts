/**
 * records: the hub's own copy of things, what they are linked to, and the log of their changes.
 *
 * Invariants
 * - A record, its change log row and what its links owe their services are written in one
 *   transaction; the service itself is told later, by the worker.
 * - The record's row is the lock: whoever changes a record or its links locks the record first, and
 *   several in the order of their ids.
 * - `version` rises by one with every change, and the log holds a row for each; where the origin alone
 *   does not say why, the row does (`changeReasons`).
 * - Readers of the log ask for positions above their own; positions are given at commit and have no
 *   gaps (see the migration), so none is skipped.
 * - Every function takes a transaction of `asUser`; what the member may not see is not found.
 *
 * It never calls a service and never decides what two sides of a merge become: that is sync.
 */
import 'server-only';

export { checkNewRecord, type JudgedPlace } from './check-new-record.ts';
export type { ConnectorRules } from './check-patch.ts';
export { countConflicts, countOpenConflicts } from './count-conflicts.ts';
export { createRecord, endRecord, findMade } from './create-record.ts';
export { getRecord } from './get-record.ts';
export { type ConflictPage, listConflicts } from './list-conflicts.ts';
export { listRecords, type RecordPage } from './list-records.ts';
export { patchRecord } from './patch-record.ts';
export { readChanges, readPosition } from './read-changes.ts';
export { readRecordHistory } from './read-record-history.ts';
export { resolveAllConflicts } from './resolve-all-conflicts.ts';
export { resolveConflicts } from './resolve-conflicts.ts';
export { cancelUndo, listUndos, readUndo, startUndoRun } from './start-undo-run.ts';
export { undoChange } from './undo-change.ts';
export { undoConflict } from './undo-conflict.ts';
export { workUndoRuns } from './work-undo-runs.ts';
