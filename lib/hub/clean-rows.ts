import { inTurn } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import { cleanInbox, type InboxRetention } from '#lib/webhooks/index';
import {
  type Drop,
  dropCancelledCreations,
  dropConnectionLog,
  dropIncidents,
  dropPlanMembers,
  dropPlanRows,
  dropPlans,
  dropRuns,
  dropSagas,
  dropUndoNotes,
  dropUndos,
  dropUnusedPlanRows,
} from './retention-store.ts';

/**
 * How long rows that have told everything are kept. What the operator sets comes from the environment
 * (README, "What is kept how long"); the audit log is kept for good.
 */
export const keptDays = {
  connectionLog: 90,
  runs: 90,
  sagas: 90,
  incidents: 365,
  cancelledCreations: 90,
  plans: 90,
  planMembers: 1,
  unusedPlanRows: 1,
  undos: 90,
} as const;

/** Rows of one statement, so that none holds its locks for long. */
const batchRows = 5_000;
/** Statements of one kind and round; what is left is the next round's. */
const maxBatches = 20;

const drops: readonly [Drop, number][] = [
  [dropConnectionLog, keptDays.connectionLog],
  [dropRuns, keptDays.runs],
  [dropSagas, keptDays.sagas],
  [dropIncidents, keptDays.incidents],
  [dropCancelledCreations, keptDays.cancelledCreations],
  [dropPlanMembers, keptDays.planMembers],
  [dropUnusedPlanRows, keptDays.unusedPlanRows],
  [dropPlanRows, keptDays.plans],
  [dropPlans, keptDays.plans],
  [dropUndoNotes, keptDays.undos],
  [dropUndos, keptDays.undos],
];

/** Lets old rows of all rooms go, in small steps. Harmless for several workers at once. */
export async function cleanRows(db: Db, inbox: InboxRetention): Promise<void> {
  await inTurn([
    () => cleanInbox(db, inbox),
    ...drops.map(
      ([drop, days]) =>
        () =>
          inBatches((rows) => drop(db, { days, rows })),
    ),
  ]);
}

async function inBatches(drop: (rows: number) => Promise<number>): Promise<void> {
  for (let batch = 0; batch < maxBatches; batch += 1) {
    if ((await drop(batchRows)) < batchRows) return;
  }
}
