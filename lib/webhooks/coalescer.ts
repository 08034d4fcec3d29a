import type { Logger } from '#lib/observability/index';

/** Runs an act at once when it is asked for, then at most once per interval, never twice at a time. */
export class Coalescer {
  readonly #intervalMs: number;
  readonly #act: () => Promise<void>;
  readonly #log: Logger;
  #isWanted = false;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(intervalMs: number, act: () => Promise<void>, log: Logger) {
    this.#intervalMs = intervalMs;
    this.#act = act;
    this.#log = log;
  }

  request(): void {
    this.#isWanted = true;
    if (this.#running === undefined && this.#timer === undefined) this.#run();
  }

  /** Does what is still wanted and nothing afterwards. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#running;
    if (this.#isWanted) this.#run();
    await this.#running;
    clearTimeout(this.#timer);
  }

  #run(): void {
    this.#isWanted = false;
    this.#running = this.#act()
      .catch((error: unknown) => this.#log.debug('a hint could not be sent', { err: error }))
      .finally(() => {
        this.#running = undefined;
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
          if (this.#isWanted) this.#run();
        }, this.#intervalMs).unref();
      });
  }
}
