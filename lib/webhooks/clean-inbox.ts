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
export async function cleanInbox(db: Db, retention: InboxRetention): Promise<void> {
  await makeDaysUnlessHeld(db);
  await dropDays(db, retention.eventDays);
  await inBatches((limit) => dropStrays(db, retention.eventDays, limit));
  await inBatches((limit) => dropDedupeKeys(db, retention.dedupeDays, limit));
  await inBatches((limit) => dropRefusalCounts(db, refusalCountDays, limit));
  await inBatches((limit) => dropRefused(db, refusedRequestDays, limit));
  await inBatches((limit) => eraseRetiredSecrets(db, retiredSecretDays, limit));
  await inBatches((limit) => dropBroughtSecrets(db, broughtSecretDays, limit));
  await inBatches((limit) => dropReplays(db, replayDays, limit));
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

async function inBatches(drop: (limit: number) => Promise<number>): Promise<void> {
  for (let batch = 0; batch < maxBatches; batch += 1) {
    if ((await drop(batchRows)) < batchRows) return;
  }
}
