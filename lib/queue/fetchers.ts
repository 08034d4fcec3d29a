import type { PgBoss } from 'pg-boss';
import type { JsonObject } from '#lib/core/index';
import { type Desk, handleJobs, type JobHandler } from './handle-jobs.ts';
import type { QueueName } from './queue-table.ts';

export interface WorkOptions {
  /** Fetchers of this queue in this process. */
  concurrency: number;
  /** Jobs one fetcher takes at a time; they run side by side and have different keys. */
  batch: number;
  /** Of the jobs at once in this process, how many may be of one workspace; all of them if not said. */
  perWorkspace?: number;
}

interface Registered {
  options: WorkOptions;
  handler: JobHandler;
  /** Of the fetchers; empty while the queue rests. */
  ids: string[];
}

export interface FetcherOptions {
  boss: PgBoss;
  desk: Omit<Desk, 'name'>;
  /** After jobs of this queue came to an end. */
  onSettled(name: QueueName): void;
}

/** How often a fetcher looks by itself. Whoever sends kicks, so this matters between processes only. */
const pollSeconds = 2;

/** The fetchers of this process: begun together, woken by name, stopped and begun anew one queue at a time. */
export class Fetchers {
  readonly #options: FetcherOptions;
  readonly #queues = new Map<QueueName, Registered>();

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  add(name: QueueName, options: WorkOptions, handler: JobHandler): void {
    this.#queues.set(name, { options, handler, ids: [] });
  }

  names(): QueueName[] {
    return [...this.#queues.keys()];
  }

  isRunning(name: QueueName): boolean {
    return (this.#queues.get(name)?.ids.length ?? 0) > 0;
  }

  /**
   * Wakes at most `most` fetchers of a queue, those first that have nothing to do: one for each job that
   * was sent. More of them would ask for the same job, and be in each other's way.
   */
  kick(name?: QueueName, most = Number.POSITIVE_INFINITY): void {
    const { boss } = this.#options;
    for (const queue of name === undefined ? this.#queues.keys() : [name]) {
      const mine = boss.getWipData().filter((fetcher) => fetcher.name === queue);
      const idleFirst = mine.toSorted((a, b) => a.count - b.count);
      for (const { id } of idleFirst.slice(0, most)) boss.notifyWorker(id);
    }
  }

  /**
   * There may be more (a key's next job); without this a fetcher would rest after what it took. Those
   * that rest are left alone: they looked, and whoever sends wakes them.
   */
  #kickBusy(queue: QueueName): void {
    const { boss } = this.#options;
    for (const { name, count, id } of boss.getWipData()) {
      if (name === queue && count > 0) boss.notifyWorker(id);
    }
  }

  async begin(name: QueueName): Promise<void> {
    const queue = this.#queues.get(name);
    if (!queue || queue.ids.length > 0) return;
    const { boss, desk } = this.#options;
    const { concurrency, batch, perWorkspace } = queue.options;
    await boss.work<JsonObject>(
      name,
      {
        batchSize: batch,
        localConcurrency: concurrency,
        pollingIntervalSeconds: pollSeconds,
        burstWhenBatchFull: true,
        ...(perWorkspace === undefined ? {} : { localGroupConcurrency: perWorkspace }),
      },
      async (jobs) => {
        await handleJobs({ ...desk, name }, jobs, queue.handler);
        this.#kickBusy(name);
        this.#options.onSettled(name);
      },
    );
    const mine = boss.getWipData().filter((fetcher) => fetcher.name === name);
    queue.ids = mine.map((fetcher) => fetcher.id);
  }

  /** What runs may end; nothing more is taken. */
  async rest(name: QueueName): Promise<void> {
    const queue = this.#queues.get(name);
    if (!queue || queue.ids.length === 0) return;
    queue.ids = [];
    await this.#options.boss.offWork(name, { wait: true });
  }
}
