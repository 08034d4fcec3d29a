import type { Faults } from './faults.ts';

/** Deliveries of one lane leave in order; one that takes longer than this no longer holds the next. */
const headStartMs = 250;
/** A delivery held back to change places goes after this, even if none follows. */
const swapDeadlineMs = 1_000;

/**
 * The order of webhooks on their way, and what chaos makes of it. One lane per receiver; what is sent,
 * how it is signed and whether it is tried again is the provider's business.
 */
export class DeliveryLanes {
  readonly #faults: Faults;
  readonly #tails = new Map<number, Promise<unknown>>();
  readonly #held = new Map<number, () => void>();
  readonly #stop = new AbortController();
  readonly #open = new Set<Promise<void>>();

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  get pending(): number {
    return this.#open.size;
  }

  /** Aborted when the sandbox leaves. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Sends once, or as often as the faults say; `lost` hears of a delivery they drop. */
  enqueue(lane: number, send: () => Promise<void>, lost: () => void): void {
    if (this.#stop.signal.aborted) return;
    const fate = this.#faults.fate();
    if (fate.copies === 0) {
      lost();
      return;
    }
    for (let copy = 0; copy < fate.copies; copy += 1) {
      this.#track(this.#schedule(lane, send, fate.delayMs, fate.swap));
    }
  }

  /** Outside the order: another attempt after a wait. */
  later(ms: number, send: () => Promise<void>): void {
    if (this.#stop.signal.aborted) return;
    this.#track(this.#wait(ms).then(() => (this.#stop.signal.aborted ? undefined : send())));
  }

  /** Resolves when nothing is on its way any more. */
  async idle(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    for (const release of this.#held.values()) release();
    await this.idle();
  }

  #track(work: Promise<void>): void {
    const tracked: Promise<void> = work.finally(() => this.#open.delete(tracked));
    this.#open.add(tracked);
  }

  async #schedule(
    lane: number,
    send: () => Promise<void>,
    delayMs: number,
    swap: boolean,
  ): Promise<void> {
    if (delayMs > 0) {
      await this.#wait(delayMs);
      return this.#unlessStopped(send);
    }
    if (swap && !this.#held.has(lane)) {
      await new Promise<void>((resolve) => {
        this.#held.set(lane, resolve);
        setTimeout(resolve, swapDeadlineMs).unref();
      });
      this.#held.delete(lane);
      return this.#unlessStopped(send);
    }
    const before = this.#tails.get(lane) ?? Promise.resolve();
    const sent = before.then(() => this.#unlessStopped(send));
    this.#tails.set(
      lane,
      before.then(() => Promise.race([sent, this.#wait(headStartMs)])),
    );
    await sent;
    this.#held.get(lane)?.();
  }

  async #unlessStopped(send: () => Promise<void>): Promise<void> {
    if (!this.#stop.signal.aborted) await send();
  }

  async #wait(ms: number): Promise<void> {
    if (this.#stop.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#stop.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#stop.signal.addEventListener('abort', done);
    });
  }
}
