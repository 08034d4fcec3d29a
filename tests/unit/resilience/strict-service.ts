import type { RateFacts } from '#lib/resilience/index';

export interface StrictTerms {
  requests: number;
  perMs: number;
  /** sliding: any stretch of perMs. fixed: windows that begin at multiples of perMs, plus `offsetMs`. */
  window: 'sliding' | 'fixed';
  offsetMs: number;
  says: boolean;
}

/** A service that counts, and remembers each time it was asked too much. Shares no code with us. */
export class StrictService {
  readonly arrivals: number[] = [];
  tooMany = 0;
  readonly #terms: StrictTerms;

  constructor(terms: StrictTerms) {
    this.#terms = terms;
  }

  /** A call arrives; what its headers would say. */
  arrive(nowMs: number): RateFacts {
    const { requests, perMs, says, window } = this.#terms;
    const from = this.#windowStart(nowMs);
    this.arrivals.push(nowMs);
    const counted = this.arrivals.filter((at) => at > from);
    const used = counted.length;
    if (used > requests) this.tooMany += 1;
    if (!says) return { limit: null, remaining: null, resetInMs: null, retryInMs: null };
    return {
      limit: requests,
      remaining: Math.max(0, requests - used),
      // A sliding window: until the oldest falls out of it.
      resetInMs:
        window === 'sliding' ? (counted[0] ?? nowMs) + perMs - nowMs : from + perMs - nowMs,
      retryInMs: null,
    };
  }

  /** The moment before which nothing counts any more. */
  #windowStart(nowMs: number): number {
    const { window, perMs, offsetMs } = this.#terms;
    if (window === 'sliding') return nowMs - perMs;
    return Math.floor((nowMs - offsetMs) / perMs) * perMs + offsetMs - 0.001;
  }
}
