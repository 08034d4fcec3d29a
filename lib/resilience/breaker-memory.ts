import type { Clock } from '#lib/core/index';
import type { BreakerStore } from './breaker.ts';
import { type BreakerState, closedBreaker } from './breaker-state.ts';

/** For one process, or several breakers in one test: nothing is shared beyond this object. */
export function memoryBreaker(clock: Clock): BreakerStore {
  let breaker: BreakerState = closedBreaker;
  return {
    read: () => Promise.resolve({ breaker, nowMs: clock.now() }),
    change: (decide) => {
      const before = breaker;
      const nowMs = clock.now();
      breaker = decide(before, nowMs) ?? before;
      return Promise.resolve({ before, after: breaker, nowMs });
    },
  };
}
