import type { Tx } from '#lib/db/index';
import { selectChangesOf, selectCreationsOf, selectPushesOf } from './change-store.ts';
import { toConflict } from './conflict-row.ts';
import { selectConflicts } from './conflict-store.ts';
import { currentRecordId, findRecordWorkspace } from './get-record.ts';
import { recordNotFound, toChange } from './record-row.ts';
import type { RecordHistory } from './schema.ts';

/** Of each of the four, the newest. */
export const historyRows = 200;

/** What happened to a record, newest first: changes, pushes to its services, objects made there, conflicts. */
export async function readRecordHistory(
  tx: Tx,
  input: { recordId: string },
): Promise<RecordHistory> {
  const recordId = await currentRecordId(tx, input);
  const workspaceId = await findRecordWorkspace(tx, { recordId });
  if (workspaceId === null) throw recordNotFound();
  const changes = await selectChangesOf(tx, workspaceId, recordId, historyRows);
  const pushes = await selectPushesOf(tx, workspaceId, recordId, historyRows);
  const creations = await selectCreationsOf(tx, workspaceId, recordId, historyRows);
  const conflicts = await selectConflicts(tx, workspaceId, { record_id: recordId }, historyRows);
  return {
    changes: changes.map(toChange),
    pushes,
    creations,
    conflicts: conflicts.map(toConflict),
  };
}
