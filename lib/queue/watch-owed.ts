import { type Clock, HubError } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import { captureError, gauge, type Logger } from '#lib/observability/index';
import { countFailing } from './failure-store.ts';
import { judgeQueue, type QueueCondition, type QueueFigures } from './queue-state.ts';
import { forgetWorker, noteWorker, type QueueStats, readOwed, readStats } from './store.ts';
import type { Sweep } from './sweeps.ts';

export interface WatchOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  /** Of this process. */
  workerId: string;
  mode(): 'listen' | 'poll';
  isPaused(queue: string): boolean;
}

const everyMs = 10_000;
/** Rows counted; more are said to be at least as many. */
const countedRows = 1_000;

const owedRows = gauge('patchbay_queue_due_rows', 'Rows that are due and in no job', ['queue']);
const owedSeconds = gauge('patchbay_queue_due_seconds', 'How long the oldest of them is due', [
  'queue',
]);
const waitingJobs = gauge('patchbay_queue_waiting_jobs', 'Jobs nobody has begun', ['queue']);
const failingKeys = gauge('patchbay_queue_failing_keys', 'Keys whose last job failed', ['queue']);
const stuckQueues = gauge(
  'patchbay_queue_stuck',
  '1 while rows are due for long without a living job: this must never be',
  ['queue'],
);

/**
 * Looks whether the law holds that nothing is due without a living job. Says so once when a queue
 * begins to break it, and shows it as a metric as long as it does.
 */
export function createWatch(options: WatchOptions): () => Promise<Map<string, QueueCondition>> {
  const { db, clock, log } = options;
  const stuck = new Set<string>();
  return async () => {
    await noteWorker(db, { id: options.workerId, mode: options.mode() });
    const [owed, stats, failing] = await Promise.all([
      readOwed(db, countedRows),
      readStats(db),
      countFailing(db),
    ]);
    const conditions = new Map<string, QueueCondition>();
    for (const { queue, due, oldest_at: oldestAt } of owed) {
      const figures: QueueFigures = {
        due,
        oldestMs: oldestAt === null ? null : Math.max(0, clock.now() - Date.parse(oldestAt)),
        ...jobsOf(stats, queue),
        failing: failing.get(queue) ?? 0,
        isPaused: options.isPaused(queue),
      };
      const condition = judgeQueue(figures);
      show(queue, figures, condition);
      if (condition !== 'stuck') stuck.delete(queue);
      else if (!stuck.has(queue)) {
        stuck.add(queue);
        const fault = new HubError(
          'internal.unexpected',
          'Rows are due and no job stands for them.',
        );
        captureError(log, fault, `The queue ${queue} is stuck with ${due} rows due`);
      }
      conditions.set(queue, condition);
    }
    return conditions;
  };
}

/** The same as a sweep, which looks by the clock alone. */
export function watchSweep(options: WatchOptions): Sweep {
  const watch = createWatch(options);
  return {
    work: null,
    name: 'watch',
    everyMs,
    run: async () => {
      await watch();
      return 0;
    },
  };
}

/** At the end of a worker; one that cannot say so is forgotten soon. */
export const leaveWatch = ({ db, workerId }: WatchOptions): Promise<void> =>
  forgetWorker(db, workerId).catch(() => undefined);

const jobsOf = (stats: QueueStats, queue: string) => ({
  waiting: stats[queue]?.waiting ?? 0,
  running: stats[queue]?.active ?? 0,
});

function show(queue: string, figures: QueueFigures, condition: QueueCondition): void {
  owedRows.set({ queue }, figures.due);
  owedSeconds.set({ queue }, (figures.oldestMs ?? 0) / 1000);
  waitingJobs.set({ queue }, figures.waiting);
  failingKeys.set({ queue }, figures.failing);
  stuckQueues.set({ queue }, condition === 'stuck' ? 1 : 0);
}
