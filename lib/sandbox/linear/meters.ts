import type { Clock } from '#lib/core/index';
import { LinearError } from './linear-error.ts';
import { type LinearLimits, limitsSchema } from './settings.ts';

const windowMs = 3_600_000;
/** One query may cost so much and no more. https://linear.app/developers/rate-limiting */
export const queryLimit = 10_000;

interface Meter {
  requests: number;
  complexity: number;
  endsMs: number;
}

/** What each person's app has asked for in this hour: requests and complexity points. */
export class Meters {
  readonly #clock: Clock;
  readonly #meters = new Map<string, Meter>();
  limits: LinearLimits = limitsSchema.parse({});
  /** Writes that clients asked for, also those that changed nothing. */
  mutations = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one request, or refuses it. A refused one is not counted. */
  take(who: string, complexity: number): void {
    const meter = this.#meter(who);
    if (complexity > queryLimit) {
      throw new LinearError('INPUT_ERROR', 'Query too complex', 'Query too complex', 400);
    }
    const over =
      meter.requests + 1 > this.limits.requests ||
      meter.complexity + complexity > this.limits.complexity;
    if (over) {
      throw new LinearError('RATELIMITED', 'Rate limit exceeded', 'Rate limit exceeded.');
    }
    meter.requests += 1;
    meter.complexity += complexity;
  }

  headers(who: string, complexity: number | null): Record<string, string> {
    const meter = this.#meter(who);
    const { requests, complexity: points } = this.limits;
    return {
      'x-ratelimit-requests-limit': String(requests),
      'x-ratelimit-requests-remaining': String(Math.max(0, requests - meter.requests)),
      'x-ratelimit-requests-reset': String(meter.endsMs),
      'x-ratelimit-complexity-limit': String(points),
      'x-ratelimit-complexity-remaining': String(Math.max(0, points - meter.complexity)),
      'x-ratelimit-complexity-reset': String(meter.endsMs),
      ...(complexity === null ? {} : { 'x-complexity': String(complexity) }),
    };
  }

  clear(): void {
    this.#meters.clear();
    this.limits = limitsSchema.parse({});
  }

  #meter(who: string): Meter {
    const present = this.#meters.get(who);
    if (present && present.endsMs > this.#clock.now()) return present;
    const fresh = { requests: 0, complexity: 0, endsMs: this.#clock.now() + windowMs };
    this.#meters.set(who, fresh);
    return fresh;
  }
}
