import type { Clock } from '#lib/core/index';

const windowSeconds = 3_600;
/** Told when there is no cap: high enough that nobody saves it up. */
const uncappedLimit = 1_000_000;

/** GitHub's hourly count, per person. Without a cap it only counts. */
export class RateWindow {
  readonly #clock: Clock;
  readonly #used = new Map<string, { used: number; reset: number }>();
  /** Calls an hour, or null for no cap. */
  cap: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one call. False when the hour is used up; such a call is not counted. */
  take(who: string): boolean {
    const window = this.#window(who);
    if (this.cap !== null && window.used >= this.cap) return false;
    window.used += 1;
    return true;
  }

  /** A 304 costs nothing. */
  giveBack(who: string): void {
    const window = this.#window(who);
    window.used = Math.max(0, window.used - 1);
  }

  headers(who: string): Record<string, string> {
    const { limit, remaining, reset, used } = this.numbers(who);
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(reset),
      'x-ratelimit-used': String(used),
      'x-ratelimit-resource': 'core',
    };
  }

  numbers(who: string): { limit: number; remaining: number; reset: number; used: number } {
    const { used, reset } = this.#window(who);
    const limit = this.cap ?? uncappedLimit;
    return { limit, remaining: Math.max(0, limit - used), reset, used };
  }

  clear(): void {
    this.#used.clear();
  }

  #window(who: string): { used: number; reset: number } {
    const now = Math.floor(this.#clock.now() / 1000);
    const present = this.#used.get(who);
    if (present && present.reset > now) return present;
    const fresh = { used: 0, reset: now + windowSeconds };
    this.#used.set(who, fresh);
    return fresh;
  }
}
