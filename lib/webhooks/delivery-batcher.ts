import { HubError } from '#lib/core/index';
import { isUnavailable, pgErrorCode } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import type { Delivery } from './store.ts';

/** Rows and bytes of one statement. */
const batchRows = 256;
const batchBytes = 8_388_608;
/** While one full batch is being flushed to disk the next is on its way. More only splits the rows. */
const batchesInFlight = 2;
/**
 * Fewer rows than these wait for the batch under way, and for a moment since it was begun: a statement
 * costs as much as some forty rows, and its cost delays everybody. One that comes alone waits for nothing.
 */
const secondBatchRows = 48;
const gatherMs = 4;
/** Rows that wait for their batch; beyond it senders are asked to come again. */
const maxWaiting = 4_096;
/**
 * Nothing that a second try would meet again: a deadlock, and a day that got its own part of the table
 * while the statement was on its way there (a row that breaks a check fails once more, for good).
 */
const passing = new Set(['40P01', '23514']);

interface Waiting {
  /** The delivery and its parts: in one statement, or not at all. */
  rows: readonly [Delivery, ...Delivery[]];
  resolve(isFresh: boolean): void;
  reject(error: HubError): void;
}

export interface BatcherDeps {
  insert(rows: readonly Delivery[]): Promise<Set<string>>;
  /** Called after a commit that kept something new. */
  onKept(rows: readonly Delivery[]): void;
  log: Logger;
}

/**
 * Group commit: whatever came while the disk was busy shares the next flush. One connection that
 * commits row by row keeps 400 to 700 rows a second on a disk that takes 1 ms, batches keep 20,000.
 */
export class DeliveryBatcher {
  readonly #deps: BatcherDeps;
  readonly #waiting: Waiting[] = [];
  #waitingRows = 0;
  #begunAt = Number.NEGATIVE_INFINITY;
  #gathering: NodeJS.Timeout | undefined;
  #inFlight = 0;
  #idle: (() => void)[] = [];

  constructor(deps: BatcherDeps) {
    this.#deps = deps;
  }

  /** To be asked before a body is read. */
  get isFull(): boolean {
    return this.#waitingRows >= maxWaiting;
  }

  /** Resolves after the commit: true when the delivery is new, false when it was known. */
  keep(...rows: [Delivery, ...Delivery[]]): Promise<boolean> {
    if (this.isFull) return Promise.reject(new HubError('webhooks.overloaded'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rows, resolve, reject });
      this.#waitingRows += rows.length;
      this.#pump();
    });
  }

  /** Resolves once nothing waits and nothing is under way. */
  async drained(): Promise<void> {
    if (this.#inFlight === 0 && this.#waiting.length === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #pump(): void {
    while (this.#waiting.length > 0 && this.#mayBegin()) {
      this.#inFlight += 1;
      this.#begunAt = performance.now();
      void this.#commit(this.#take()).finally(() => {
        this.#inFlight -= 1;
        this.#pump();
        if (this.#inFlight > 0 || this.#waiting.length > 0) return;
        for (const wake of this.#idle.splice(0)) wake();
      });
    }
  }

  #mayBegin(): boolean {
    if (this.#waitingRows >= secondBatchRows) return this.#inFlight < batchesInFlight;
    if (this.#inFlight > 0 || this.#gathering) return false;
    const early = this.#begunAt + gatherMs - performance.now();
    if (early <= 0) return true;
    this.#gathering = setTimeout(() => {
      this.#gathering = undefined;
      this.#pump();
    }, early);
    return false;
  }

  #take(): Waiting[] {
    let bytes = 0;
    let rows = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      for (const row of waiting.rows) bytes += row.body.byteLength;
      if (count > 0 && (rows + waiting.rows.length > batchRows || bytes > batchBytes)) break;
      rows += waiting.rows.length;
      count += 1;
    }
    this.#waitingRows -= rows;
    return this.#waiting.splice(0, count);
  }

  /** Never rejects: each row's promise is settled here. */
  async #commit(batch: Waiting[], isRepeat = false): Promise<void> {
    try {
      const rows = batch.flatMap((waiting) => waiting.rows);
      const fresh = await this.#deps.insert(rows);
      for (const waiting of batch) waiting.resolve(fresh.has(waiting.rows[0].id));
      if (fresh.size > 0) this.#deps.onKept(rows.filter((row) => fresh.has(row.id)));
    } catch (error) {
      if (passing.has(pgErrorCode(error) ?? '') && !isRepeat) return this.#commit(batch, true);
      if (batch.length > 1 && isAboutRows(error)) return this.#commitHalves(batch);
      this.#deps.log.error('webhooks could not be stored', { err: error, count: batch.length });
      const answer = new HubError('internal.unavailable', undefined, { cause: error });
      for (const waiting of batch) waiting.reject(answer);
    }
  }

  /** One row that cannot be kept (its workspace was deleted just now) must not cost the others. */
  async #commitHalves(batch: Waiting[]): Promise<void> {
    const middle = Math.ceil(batch.length / 2);
    await this.#commit(batch.slice(0, middle));
    await this.#commit(batch.slice(middle));
  }
}

/** SQLSTATE classes 22 (data) and 23 (constraints). */
const isAboutRows = (error: unknown): boolean =>
  !isUnavailable(error) && /^2[23]/.test(pgErrorCode(error) ?? '');
