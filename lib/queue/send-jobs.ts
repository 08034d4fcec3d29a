import type { PgBoss } from 'pg-boss';
import type { Clock } from '#lib/core/index';
import type { Queryable } from '#lib/db/index';
import { bossInTransaction } from './boss-db.ts';
import { type Failing, readFailing } from './failure-store.ts';
import { failureKey, type NewJob, writeJobData } from './job-data.ts';
import { type QueueName, queueTable } from './queue-table.ts';
import { rankJobs } from './rank-jobs.ts';
import { readWaiting } from './store.ts';

/**
 * Enqueues in the caller's transaction. What keeps failing and is to be left alone for now is left
 * out: its row stays due, and the sweep comes back to it.
 */
export async function sendJobs(
  { boss, clock }: { boss: PgBoss; clock: Clock },
  tx: Queryable,
  name: QueueName,
  jobs: readonly NewJob[],
): Promise<void> {
  const keys = jobs.flatMap((job) => failureKey(job) ?? []);
  const isShared = jobs.some((job) => job.workspaceId);
  const [failing, waiting] = await Promise.all([
    keys.length > 0 ? readFailing(tx, name, keys) : new Map<string, Failing>(),
    isShared ? readWaiting(tx, name) : new Map<string, number>(),
  ]);
  const failingOf = (job: NewJob): Failing | undefined => failing.get(failureKey(job) ?? '');
  const wanted = jobs.filter((job) => !failingOf(job)?.held);
  if (wanted.length === 0) return;
  const priorities = rankJobs(wanted, waiting, queueTable[name].priority);
  const rows = wanted.map((job, index) => {
    const data = writeJobData(clock, name, job, failingOf(job) !== undefined);
    return {
      id: data.envelope.id,
      data,
      singletonKey: job.key ?? data.envelope.id,
      priority: priorities[index] ?? queueTable[name].priority,
      ...(job.workspaceId ? { group: { id: job.workspaceId } } : {}),
      ...(job.startAfterMs ? { startAfter: new Date(clock.now() + job.startAfterMs) } : {}),
    };
  });
  await boss.insert(name, rows, { db: bossInTransaction(tx) });
}
