import { PgBoss } from 'pg-boss';

export interface PlainBoss {
  /** Sends and awaits the end of so many jobs that do nothing; answers the milliseconds it took. */
  run(jobs: number): Promise<number>;
  stop(): Promise<void>;
}

export interface BossSettings {
  url: string;
  /** As the migrating role, which may make a queue. */
  migrateUrl: string;
  keys: number;
  sendBatch: number;
  fetchers: number;
  fetchBatch: number;
  options: { policy: 'key_strict_fifo'; [name: string]: string | number };
}

const queue = 'bench_plain';

/**
 * What our queue is held against: pg-boss by itself, on its own driver, with the same policy, leases,
 * batches and fetchers, and nothing of ours around a job.
 */
export async function startPlainBoss(settings: BossSettings): Promise<PlainBoss> {
  const maker = new PgBoss({ connectionString: settings.migrateUrl, supervise: false, max: 1 });
  await maker.start();
  await maker.createQueue(queue, settings.options);
  await maker.stop({ graceful: false });
  const boss = new PgBoss({
    connectionString: settings.url,
    max: 8,
    migrate: false,
    createSchema: false,
    schedule: false,
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
  });
  boss.on('error', (error) => process.stderr.write(`${error.message}\n`));
  await boss.start();
  const look = (): void => {
    for (const { id } of boss.getWipData()) boss.notifyWorker(id);
  };
  let left = 0;
  let ended: () => void = () => undefined;
  await boss.work(
    queue,
    {
      batchSize: settings.fetchBatch,
      localConcurrency: settings.fetchers,
      pollingIntervalSeconds: 2,
      burstWhenBatchFull: true,
    },
    async (jobs) => {
      left -= jobs.length;
      // The product's queue looks again after whatever it took; so does this one.
      look();
      if (left <= 0) ended();
      return Promise.resolve();
    },
  );
  return {
    run: async (jobs) => {
      left = jobs;
      const all = new Promise<void>((resolve) => {
        ended = resolve;
      });
      const began = performance.now();
      for (let sent = 0; sent < jobs; sent += settings.sendBatch) {
        const rows = Array.from({ length: settings.sendBatch }, (_, index) => ({
          data: { id: sent + index },
          singletonKey: `key-${(sent + index) % settings.keys}`,
        }));
        await boss.insert(queue, rows);
        look();
      }
      await all;
      return performance.now() - began;
    },
    stop: () => boss.stop({ graceful: true, timeout: 5_000 }),
  };
}
