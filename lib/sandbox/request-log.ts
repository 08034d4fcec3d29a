import type { Clock } from '#lib/core/index';

const entriesKept = 1_000;

export interface LoggedRequest {
  at: string;
  method: string;
  /** With its query; never a body, never a header. */
  path: string;
  status: number | 'lost';
  /** The answer was a fault set on purpose. */
  injected: boolean;
}

/** The last requests, for a test that asks what the hub did or did not call. */
export class RequestLog {
  readonly #clock: Clock;
  #entries: LoggedRequest[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(entry: Omit<LoggedRequest, 'at'>): void {
    this.#entries.push({ at: new Date(this.#clock.now()).toISOString(), ...entry });
    if (this.#entries.length > entriesKept * 2) this.#entries = this.#entries.slice(-entriesKept);
  }

  entries(): LoggedRequest[] {
    return this.#entries.slice(-entriesKept);
  }

  clear(): void {
    this.#entries = [];
  }
}
