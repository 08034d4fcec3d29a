import type { Pace } from './pace.ts';
import type { RateFacts } from './rate-headers.ts';

/** What a service allows in its present window, by its own word or by what it is known for. */
export interface Quota {
  limit: number;
  remaining: number;
  resetAtMs: number;
  isTold: boolean;
}

/** What all workers know of one account's budget. Plain data; times by the clock of the store. */
export interface BudgetState {
  tokens: number;
  filledAtMs: number;
  quota: Quota | null;
  /** The service asked for silence until then. */
  pausedUntilMs: number;
}

/** A window ends a little later than announced: clocks differ, and announcements are rounded. */
export const resetMarginMs = 1_000;
/** Two resets this close are the same one, announced in whole seconds. */
const sameResetMs = 2_000;
export const fullBudget = (pace: Pace, nowMs: number): BudgetState => ({
  tokens: pace.burst,
  filledAtMs: nowMs,
  quota: pace.quota && {
    limit: pace.quota.limit,
    remaining: pace.quota.limit,
    resetAtMs: nowMs + pace.quota.perMs,
    isTold: false,
  },
  pausedUntilMs: 0,
});

/** Calls that were granted and did not count after all. */
export function giveBack(state: BudgetState, unused: number, uncounted: number): void {
  state.tokens += unused;
  if (!state.quota) return;
  const back = state.quota.remaining + unused + uncounted;
  state.quota.remaining = Math.min(state.quota.limit, back);
}

/** Time passes: tokens come back at the pace, and a window that ended begins anew. */
export function refill(state: BudgetState, pace: Pace, held: number, nowMs: number): void {
  const gained = (Math.max(0, nowMs - state.filledAtMs) / 1_000) * pace.perSecond;
  state.tokens = Math.max(0, Math.min(pace.burst - held, state.tokens + gained));
  state.filledAtMs = Math.max(state.filledAtMs, nowMs);
  const { quota } = state;
  if (!quota || quota.resetAtMs + resetMarginMs > nowMs) return;
  // What is still under way arrives in the new window.
  state.quota = pace.quota && {
    limit: quota.isTold ? quota.limit : pace.quota.limit,
    remaining: Math.max(0, (quota.isTold ? quota.limit : pace.quota.limit) - held),
    resetAtMs: nowMs + pace.quota.perMs,
    isTold: false,
  };
}

/**
 * Takes over what an answer said. Answers overtake each other, so within a window a count only falls;
 * what is under way has not been counted there yet.
 */
export function learn(state: BudgetState, facts: RateFacts, held: number, nowMs: number): void {
  if (facts.retryInMs !== null) {
    state.pausedUntilMs = Math.max(state.pausedUntilMs, nowMs + facts.retryInMs);
  }
  const { limit, remaining, resetInMs } = facts;
  if (limit === null || remaining === null || resetInMs === null || resetInMs <= 0) return;
  const resetAtMs = nowMs + resetInMs;
  const known = state.quota?.isTold ? state.quota : null;
  if (known && resetAtMs < known.resetAtMs - sameResetMs) return;
  const left = Math.max(0, remaining - held);
  const isSame = known !== null && resetAtMs <= known.resetAtMs + sameResetMs;
  state.quota = {
    limit,
    remaining: Math.min(left, isSame ? known.remaining : limit - spentOf(state.quota)),
    resetAtMs: isSame ? known.resetAtMs : resetAtMs,
    isTold: true,
  };
}

/** Calls granted in a window the service has not spoken of yet. */
const spentOf = (quota: Quota | null): number =>
  quota && !quota.isTold ? quota.limit - quota.remaining : 0;
