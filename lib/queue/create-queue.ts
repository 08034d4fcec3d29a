import { PgBoss } from 'pg-boss';
import { type Clock, systemClock } from '#lib/core/index';
import type { Db, Queryable } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import { bossOnPool } from './boss-db.ts';
import { dropOldFailures } from './failure-store.ts';
import { Fetchers, type WorkOptions } from './fetchers.ts';
import type { JobHandler } from './handle-jobs.ts';
import type { NewJob } from './job-data.ts';
import { bossSchema, type QueueName } from './queue-table.ts';
import { sendJobs } from './send-jobs.ts';
import { type QueueStats, readPauses, readStats, removeFailed } from './store.ts';

export interface Queue {
  /** Enqueues in the caller's transaction. */
  send(tx: Queryable, name: QueueName, jobs: NewJob[]): Promise<void>;
  /**
   * Registers a handler; call before or after start. A throw is logged, written down under the job's
   * key and completes the job; the key is left alone for a while.
   */
  work(name: QueueName, options: WorkOptions, handler: JobHandler): Promise<void>;
  /** Returns once pg-boss runs; waits for PostgreSQL as long as it takes. */
  start(): Promise<void>;
  /** Lets running jobs finish for drainMs, then gives them back to be run elsewhere. */
  stop(options: { drainMs: number }): Promise<void>;
  /**
   * Looks for jobs at once instead of at the next poll: after a transaction that sent some. `most` is
   * how many there are at most, if that is known.
   */
  kick(name?: QueueName, most?: number): void;
  stats(): Promise<QueueStats>;
  isRunning(): boolean;
  /** Rests by word of the instance's owner: nothing is taken, and rows are better left where they are. */
  isPaused(name: QueueName): boolean;
  /** Looks now who rests, instead of within a second or two. */
  readPauses(): Promise<void>;
}

export interface QueueOptions {
  db: Db;
  log: Logger;
  clock?: Clock;
  /** After jobs of a queue came to an end: there is room for more. */
  onSettled?: (name: QueueName) => void;
}

const superviseSeconds = 2;
const startRetryMs = 500;
const cleanEveryMs = 60_000;
const pausesEveryMs = 1_500;

export function createQueue(options: QueueOptions): Queue {
  const { db, log, clock = systemClock } = options;
  const boss = new PgBoss({
    db: bossOnPool(db),
    schema: bossSchema,
    // The worker's login may not make tables; installQueue did, as the migrating role.
    migrate: false,
    createSchema: false,
    schedule: false,
    reindex: false,
    monitorVacuum: false,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
    maintenanceIntervalSeconds: 60,
  });
  boss.on('error', (error) => log.warn('pg-boss reports an error', { err: error }));
  boss.on('warning', (warning) => log.warn(`pg-boss warns: ${warning.message}`));

  let state: 'new' | 'starting' | 'running' | 'stopped' = 'new';
  const fetchers = new Fetchers({
    boss,
    desk: { db, clock, log, isStopping: () => state === 'stopped' },
    onSettled: (name) => options.onSettled?.(name),
  });
  let paused = new Set<string>();
  const timers: NodeJS.Timeout[] = [];
  const kick = (name?: QueueName, most?: number): void => {
    if (state === 'running') fetchers.kick(name, most);
  };
  const repeat = (everyMs: number, what: string, work: () => Promise<unknown>): void => {
    const run = (): void => {
      work().catch((error: unknown) => log.warn(`${what} failed`, { err: error }));
    };
    timers.push(setInterval(run, everyMs).unref());
  };
  const followPauses = oneAtATime(async () => {
    paused = new Set(await readPauses(db));
    for (const name of fetchers.names()) {
      if (state !== 'running') return;
      if (paused.has(name) === !fetchers.isRunning(name)) continue;
      if (paused.has(name)) await fetchers.rest(name);
      else await fetchers.begin(name);
      log.info(paused.has(name) ? 'A queue rests' : 'A queue goes on', { queue: name });
    }
  });

  return {
    kick,
    isRunning: () => state === 'running',
    isPaused: (name) => paused.has(name),
    readPauses: followPauses,
    send: async (tx, name, jobs) => {
      if (jobs.length === 0) return;
      await sendJobs({ boss, clock }, tx, name, jobs);
      const delays = new Set(jobs.map((job) => job.startAfterMs ?? 0).filter((ms) => ms > 0));
      for (const ms of delays) setTimeout(() => kick(name), ms + 5).unref();
    },
    work: async (name, work, handler) => {
      fetchers.add(name, work, handler);
      if (state === 'running' && !paused.has(name)) await fetchers.begin(name);
    },
    start: async () => {
      state = 'starting';
      while (state === 'starting' && !(await started(boss, log))) await pause(startRetryMs);
      if (state !== 'starting') return;
      paused = new Set(await readPauses(db));
      state = 'running';
      for (const name of fetchers.names()) if (!paused.has(name)) await fetchers.begin(name);
      repeat(cleanEveryMs, 'Removing failed jobs', () => removeFailed(db));
      repeat(cleanEveryMs, 'Removing old failures', () => dropOldFailures(db));
      repeat(pausesEveryMs, 'Reading who rests', followPauses);
    },
    stop: async ({ drainMs }) => {
      const wasRunning = state === 'running';
      state = 'stopped';
      for (const timer of timers.splice(0)) clearInterval(timer);
      if (wasRunning) await boss.stop({ graceful: true, timeout: drainMs, close: false });
    },
    stats: () => readStats(db),
  };
}

/** Whoever asks while it runs gets the round after this one, which they share. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | null = null;
  return () => {
    next ??= running.then(async () => {
      next = null;
      const now = work();
      running = now.catch(() => undefined);
      await now;
    });
    return next;
  };
}

async function started(boss: PgBoss, log: Logger): Promise<boolean> {
  try {
    await boss.start();
    return true;
  } catch (error) {
    log.warn('The queue cannot start yet', { err: error });
    await boss.stop({ graceful: false, close: false });
    return false;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
