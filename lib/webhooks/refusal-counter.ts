import type { Logger } from '#lib/observability/index';
import type { RefusalCount } from './store.ts';

/** At most one write of counts a second, however many requests are refused. */
const flushMs = 1_000;
/** Endpoint and reason pairs held; refusals beyond it are only in the metrics. */
const maxPairs = 10_000;

/** Counts refused requests of known endpoints in memory and adds them to the table now and then. */
export class RefusalCounter {
  readonly #write: (counts: RefusalCount[]) => Promise<void>;
  readonly #log: Logger;
  #counts = new Map<string, RefusalCount>();
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (counts: RefusalCount[]) => Promise<void>, log: Logger) {
    this.#write = write;
    this.#log = log;
  }

  add(endpointId: string, reason: string, count = 1): void {
    const key = `${endpointId} ${reason}`;
    const known = this.#counts.get(key);
    if (known) known.count += count;
    else if (this.#counts.size < maxPairs) {
      this.#counts.set(key, { endpointId, reason, count });
    }
    this.#timer ??= setTimeout(() => void this.flush(), flushMs).unref();
  }

  /** What cannot be written now is counted again with the next flush. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counts = [...this.#counts.values()];
    if (counts.length === 0) return;
    this.#counts = new Map();
    try {
      await this.#write(counts);
    } catch (error) {
      this.#log.warn('refusals could not be counted yet', { err: error, count: counts.length });
      for (const { endpointId, reason, count } of counts) this.add(endpointId, reason, count);
    }
  }
}
