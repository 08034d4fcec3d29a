import { PgBoss } from 'pg-boss';
import { type JsonObject, newId } from '#lib/core/index';
import type { Db, Queryable } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import { bossInTransaction, bossOnPool } from './boss-db.ts';
import { handleJobs, type JobHandler } from './handle-jobs.ts';
import { bossSchema, type QueueName, queueTable } from './queue-table.ts';
import { type QueueStats, readStats, removeFailed } from './store.ts';

export interface NewJob {
  /** Ids only; a secret has no business in a job. */
  payload: JsonObject;
  /** Jobs of one key run one at a time, in the order sent. */
  key?: string;
  /** Within its queue, larger first; never reorders within a key. */
  priority?: number;
  startAfterMs?: number;
}

export interface WorkOptions {
  /** Fetchers of this queue in this process. */
  concurrency: number;
  /** Jobs one fetcher takes at a time; they run side by side and have different keys. */
  batch: number;
}

export interface Queue {
  /** Enqueues in the caller's transaction. */
  send(tx: Queryable, name: QueueName, jobs: NewJob[]): Promise<void>;
  /** Registers a handler; call before or after start. A throw is logged and completes the job. */
  work(name: QueueName, options: WorkOptions, handler: JobHandler): Promise<void>;
  /** Returns once pg-boss runs; waits for PostgreSQL as long as it takes. */
  start(): Promise<void>;
  /** Lets running jobs finish for drainMs, then gives them back to be run elsewhere. */
  stop(options: { drainMs: number }): Promise<void>;
  /** Looks for jobs at once instead of at the next poll: after a transaction that sent some. */
  kick(name?: QueueName): void;
  stats(): Promise<QueueStats>;
  isRunning(): boolean;
}

export interface QueueOptions {
  db: Db;
  log: Logger;
}

/** How often a fetcher looks by itself. Whoever sends kicks, so this matters between processes only. */
const pollSeconds = 2;
const superviseSeconds = 2;
const startRetryMs = 500;
const cleanEveryMs = 60_000;

export function createQueue({ db, log }: QueueOptions): Queue {
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

  const registered: (() => Promise<void>)[] = [];
  const fetchers = new Map<QueueName, string[]>();
  let state: 'new' | 'starting' | 'running' | 'stopped' = 'new';
  let cleaning: NodeJS.Timeout | undefined;

  const kick = (name?: QueueName): void => {
    if (state !== 'running') return;
    for (const [queue, ids] of fetchers) {
      if (name === undefined || queue === name) for (const id of ids) boss.notifyWorker(id);
    }
  };
  const register = async (
    name: QueueName,
    options: WorkOptions,
    handler: JobHandler,
  ): Promise<void> => {
    await boss.work<JsonObject>(
      name,
      {
        batchSize: options.batch,
        localConcurrency: options.concurrency,
        pollingIntervalSeconds: pollSeconds,
        burstWhenBatchFull: true,
      },
      async (jobs) => {
        await handleJobs({ name, db, log }, jobs, handler);
        // There may be more; without this a fetcher of single jobs would rest after each.
        kick(name);
      },
    );
    const mine = boss.getWipData().filter((fetcher) => fetcher.name === name);
    fetchers.set(
      name,
      mine.map((fetcher) => fetcher.id),
    );
  };

  return {
    kick,
    isRunning: () => state === 'running',
    send: async (tx, name, jobs) => {
      if (jobs.length === 0) return;
      await boss.insert(
        name,
        jobs.map((job) => insertion(name, job)),
        {
          db: bossInTransaction(tx),
        },
      );
      const delays = new Set(jobs.map((job) => job.startAfterMs ?? 0).filter((ms) => ms > 0));
      for (const ms of delays) setTimeout(() => kick(name), ms + 5).unref();
    },
    work: async (name, options, handler) => {
      const begin = (): Promise<void> => register(name, options, handler);
      if (state === 'running') await begin();
      else registered.push(begin);
    },
    start: async () => {
      state = 'starting';
      while (state === 'starting' && !(await started(boss, log))) await pause(startRetryMs);
      if (state !== 'starting') return;
      state = 'running';
      for (const begin of registered.splice(0)) await begin();
      cleaning = setInterval(() => {
        removeFailed(db).catch((error: unknown) =>
          log.warn('failed jobs were not removed', { err: error }),
        );
      }, cleanEveryMs).unref();
    },
    stop: async ({ drainMs }) => {
      const wasRunning = state === 'running';
      state = 'stopped';
      clearInterval(cleaning);
      if (wasRunning) await boss.stop({ graceful: true, timeout: drainMs, close: false });
    },
    stats: () => readStats(db),
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

function insertion(name: QueueName, job: NewJob) {
  const id = newId();
  return {
    id,
    data: job.payload,
    singletonKey: job.key ?? id,
    priority: job.priority ?? queueTable[name].priority,
    ...(job.startAfterMs ? { startAfter: new Date(Date.now() + job.startAfterMs) } : {}),
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
