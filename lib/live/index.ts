/**
 * live: the browser's layer between pages and the hub.
 *
 * Invariants
 * - The cache holds server-confirmed rows only, behind a version guard; edits on their way are laid
 *   over it when shown (`overlay`), so a refusal needs no rollback: the layer disappears.
 * - A realtime message is a hint; what is shown was read from /api/v1.
 * - After every (re)subscribe the change log is read from the tab's own cursor.
 * Client-safe: no secret but the short-lived realtime token ever comes here.
 */
export { ApiProblem, callApi } from './api-client.ts';
export { LiveConnection } from './connection.ts';
export { keys } from './keys.ts';
export type { LiveState } from './live-state.ts';
export { type EditStage, linkStage, type PendingEdit, recordStage } from './overlay.ts';
export { cachedRecord, nextAsk, upsertRecord } from './record-cache.ts';
export { useEditRecord } from './use-edit-record.ts';
export { useLateRefusals } from './use-late-refusals.ts';
export { LiveContext, useChanges, useLiveState } from './use-live.ts';
export { useRecord } from './use-record.ts';
export { type RecordList, useRecordList } from './use-record-list.ts';
