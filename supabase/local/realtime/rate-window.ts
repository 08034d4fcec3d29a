/** Counts what happens in consecutive windows of time; `take` is false once a window is full. */
export class RateWindow {
  readonly #limit: number;
  readonly #windowMs: number;
  #since = 0;
  #count = 0;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  take(now: number): boolean {
    if (now - this.#since >= this.#windowMs) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= this.#limit;
  }
}
