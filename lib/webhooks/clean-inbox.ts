import type { Db } from '#lib/db/index';
import {
  dropDays,
  dropDedupeKeys,
  dropRefusalCounts,
  dropStrays,
  foldCounts,
  makeDays,
} from './retention-store.ts';

/** Partitions made ahead, so that a worker may be off for a week before rows fall into the default one. */
const daysAhead = 7;
/** Rows of one statement, so that it holds its locks for milliseconds. */
const batchRows = 5_000;
/** Statements of one round; what is left is the next round's. */
const maxBatches = 20;
const refusalCountDays = 90;

export interface InboxRetention {
  eventDays: number;
  /** A duplicate is known for so long; longer than the events themselves. */
  dedupeDays: number;
}

/** Makes the coming days and lets the old ones go. Called again and again by one of the workers. */
export async function cleanInbox(db: Db, retention: InboxRetention): Promise<void> {
  await makeDays(db, daysAhead);
  await dropDays(db, retention.eventDays);
  await inBatches((limit) => dropStrays(db, retention.eventDays, limit));
  await inBatches((limit) => dropDedupeKeys(db, retention.dedupeDays, limit));
  await inBatches((limit) => dropRefusalCounts(db, refusalCountDays, limit));
}

/** Differences added up in one statement. */
const foldRows = 10_000;

/** Answers how many differences there were; a full batch is to be asked for again. */
export const foldInboxCounts = (db: Db): Promise<number> => foldCounts(db, foldRows);

async function inBatches(drop: (limit: number) => Promise<number>): Promise<void> {
  for (let batch = 0; batch < maxBatches; batch += 1) {
    if ((await drop(batchRows)) < batchRows) return;
  }
}
