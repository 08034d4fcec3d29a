import { inTurn } from '#lib/core/index';
import { type Db, pgErrorCode } from '#lib/db/index';
import {
  dropBroughtSecrets,
  dropDays,
  dropDedupeKeys,
  dropRefusalCounts,
  dropRefused,
  dropReplays,
  dropStrays,
  eraseRetiredSecrets,
  foldCounts,
  makeDays,
} from './retention-store.ts';

/** Partitions made ahead, so that a worker may be off for a week before rows fall into the default one. */
const daysAhead = 7;
/** Rows of one statement, so that it holds its locks for milliseconds. */
const batchRows = 5_000;
/** Statements of one round; what is left is the next round's. */
const maxBatches = 20;
/** Of dedupe keys: a round comes every ten minutes, and 500 events a second leave 300,000 keys in that time. */
const maxKeyBatches = 120;
/** Days one round drops. */
const maxDays = 10;
const lockNotAvailable = '55P03';
const refusalCountDays = 90;
const refusedRequestDays = 30;
const replayDays = 90;
const retiredSecretDays = 30;
const broughtSecretDays = 1;

export interface InboxRetention {
  eventDays: number;
  /** A duplicate is known for so long; longer than the events themselves. */
  dedupeDays: number;
}

/** Makes the coming days and lets the old ones go. Called again and again by one of the workers. */
export function cleanInbox(db: Db, { eventDays, dedupeDays }: InboxRetention): Promise<void> {
  return inTurn([
    () => makeDaysUnlessHeld(db),
    () => dropOldDays(db, eventDays),
    () => inBatches((limit) => dropStrays(db, eventDays, limit)),
    () => inBatches((limit) => dropRefusalCounts(db, refusalCountDays, limit)),
    () => inBatches((limit) => dropRefused(db, refusedRequestDays, limit)),
    () => inBatches((limit) => eraseRetiredSecrets(db, retiredSecretDays, limit)),
    () => inBatches((limit) => dropBroughtSecrets(db, broughtSecretDays, limit)),
    () => inBatches((limit) => dropReplays(db, replayDays, limit)),
    () => inBatches((limit) => dropDedupeKeys(db, dedupeDays, limit), maxKeyBatches),
  ]);
}

/** A day at a time, so that whoever receives meanwhile waits for one drop and not for all. */
async function dropOldDays(db: Db, keep: number): Promise<void> {
  for (let day = 0; day < maxDays; day += 1) if ((await dropDays(db, keep)) === 0) return;
}

/** Somebody reads all days at this moment; there are days enough until the next round. */
async function makeDaysUnlessHeld(db: Db): Promise<void> {
  try {
    await makeDays(db, daysAhead);
  } catch (error) {
    if (pgErrorCode(error) !== lockNotAvailable) throw error;
  }
}

/** Differences added up in one statement. */
const foldRows = 10_000;

/** Adds up what statements have left. True: there was a full batch of it, and there may be more. */
export const foldInboxCounts = async (db: Db): Promise<boolean> =>
  (await foldCounts(db, foldRows)) === foldRows;

async function inBatches(
  drop: (limit: number) => Promise<number>,
  most = maxBatches,
): Promise<void> {
  for (let batch = 0; batch < most; batch += 1) {
    if ((await drop(batchRows)) < batchRows) return;
  }
}
