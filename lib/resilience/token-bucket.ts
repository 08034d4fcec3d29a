import { type Lane, laneReserve } from './lane.ts';
import type { RateFacts } from './rate-headers.ts';

/** What is known about how much may be asked of one account. Plain data, so that it can be shared. */
export interface BucketState {
  /** Calls that may be made at once, refilled over time; the pace that keeps us polite. */
  tokens: number;
  filledAtMs: number;
  /** The service's own count, once it has told us. */
  quota: { limit: number; remaining: number; resetAtMs: number } | null;
  /** The service asked for silence until then. */
  pausedUntilMs: number;
}

export interface Pace {
  perSecond: number;
  burst: number;
}

export const fullBucket = (pace: Pace, nowMs: number): BucketState => ({
  tokens: pace.burst,
  filledAtMs: nowMs,
  quota: null,
  pausedUntilMs: 0,
});

export type Decision = { taken: true } | { taken: false; waitMs: number };

function refill(state: BucketState, pace: Pace, nowMs: number): void {
  const gained = (Math.max(0, nowMs - state.filledAtMs) / 1000) * pace.perSecond;
  state.tokens = Math.min(pace.burst, state.tokens + gained);
  state.filledAtMs = nowMs;
  if (state.quota && state.quota.resetAtMs <= nowMs) state.quota = null;
}

/** Takes one call for the lane, or says how long to wait. */
export function takeToken(state: BucketState, pace: Pace, lane: Lane, nowMs: number): Decision {
  refill(state, pace, nowMs);
  if (state.pausedUntilMs > nowMs) return { taken: false, waitMs: state.pausedUntilMs - nowMs };
  const { quota } = state;
  if (quota && quota.remaining <= Math.floor(quota.limit * laneReserve[lane])) {
    return { taken: false, waitMs: quota.resetAtMs - nowMs };
  }
  if (state.tokens < 1) {
    return { taken: false, waitMs: Math.ceil(((1 - state.tokens) / pace.perSecond) * 1000) };
  }
  state.tokens -= 1;
  if (quota) quota.remaining -= 1;
  return { taken: true };
}

/** Takes over what an answer said. Answers overtake each other, so a count only falls in a window. */
export function learnRate(state: BucketState, facts: RateFacts, nowMs: number): void {
  if (facts.retryAtMs !== null) {
    state.pausedUntilMs = Math.max(state.pausedUntilMs, facts.retryAtMs);
  }
  const { limit, remaining, resetAtMs } = facts;
  if (limit === null || remaining === null || resetAtMs === null || resetAtMs <= nowMs) return;
  const isSameWindow = state.quota?.resetAtMs === resetAtMs;
  state.quota = {
    limit,
    resetAtMs,
    remaining: isSameWindow ? Math.min(state.quota?.remaining ?? remaining, remaining) : remaining,
  };
}
