import type { Pace } from './pace.ts';
import type { RateFacts } from './rate-headers.ts';

/** What a service allows in its present window. */
export interface Quota {
  limit: number;
  remaining: number;
  resetAtMs: number;
  /**
   * told: it said so. look: it has not spoken of this window, so one call goes first to hear.
   * silent: it answered without saying, so what it is known to allow counts.
   */
  word: 'told' | 'look' | 'silent';
}

/** What all workers know of one account's budget. Plain data; times by the clock of the store. */
export interface BudgetState {
  tokens: number;
  filledAtMs: number;
  quota: Quota | null;
  /** The service asked for silence until then. */
  pausedUntilMs: number;
  /** Calls that ended so far, those of workers that died among them. */
  ended: number;
}

/** What an answer said, by when it can have been said at the earliest. */
export interface HeardFacts extends RateFacts {
  /** `ended` when its call was granted. */
  endedBefore: number;
}

/** A window ends a little later than announced: clocks differ, and announcements are rounded. */
export const resetMarginMs = 1_000;
/** Two resets this close are the same one, announced in whole seconds. */
const sameResetMs = 2_000;
/** After it another look is taken, once everything under way has ended without a word. */
const lookMs = 1_000;

export const fullBudget = (pace: Pace, nowMs: number): BudgetState => ({
  tokens: pace.burst,
  filledAtMs: nowMs,
  quota: pace.quota && lookAt(nowMs, 1),
  pausedUntilMs: 0,
  ended: 0,
});

const lookAt = (nowMs: number, remaining: number): Quota => ({
  limit: 1,
  remaining,
  resetAtMs: nowMs + lookMs,
  word: 'look',
});

/** Calls that were granted and did not count after all. */
export function giveBack(state: BudgetState, unused: number, uncounted: number): void {
  state.tokens += unused;
  if (!state.quota) return;
  const back = state.quota.remaining + unused + uncounted;
  state.quota.remaining = Math.min(state.quota.limit, back);
}

/** A clock that was set back by more than this is one that was wrong. */
const clockStepMs = 5_000;

/** The store's clock was set back: what was to come is as far away as it was, not by the step farther. */
function followClock(state: BudgetState, nowMs: number): void {
  const stepMs = state.filledAtMs - nowMs;
  if (stepMs <= clockStepMs) return;
  state.filledAtMs = nowMs;
  state.pausedUntilMs = Math.max(0, state.pausedUntilMs - stepMs);
  if (state.quota) state.quota.resetAtMs -= stepMs;
}

/** Time passes: tokens come back at the pace, and a window that ended begins anew. */
export function refill(state: BudgetState, pace: Pace, held: number, nowMs: number): void {
  followClock(state, nowMs);
  const gained = (Math.max(0, nowMs - state.filledAtMs) / 1_000) * pace.perSecond;
  state.tokens = Math.max(0, Math.min(pace.burst - held, state.tokens + gained));
  state.filledAtMs = Math.max(state.filledAtMs, nowMs);
  state.quota = windowAfter(state.quota, pace, held, nowMs);
}

/**
 * The window as it is now. One that ended may begin anew whole, or call by call (a sliding one): a
 * look finds out. What is under way arrives after the end and takes the look's place when need be.
 */
function windowAfter(quota: Quota | null, pace: Pace, held: number, nowMs: number): Quota | null {
  if (!quota) return pace.quota && lookAt(nowMs, held === 0 ? 1 : 0);
  if (quota.resetAtMs + resetMarginMs > nowMs) return quota;
  if (!pace.quota) return null;
  const isFree = quota.word === 'look' ? held === 0 : quota.limit > held;
  return lookAt(nowMs, isFree ? 1 : 0);
}

/**
 * Takes over what an answer said. Answers overtake each other, so of the count is taken off whatever
 * the service may have counted after it: what is under way, and what ended since its call began.
 * Within a window it only falls.
 */
export function learn(
  state: BudgetState,
  facts: HeardFacts,
  { pace, held, nowMs }: { pace: Pace; held: number; nowMs: number },
): void {
  if (facts.retryInMs !== null) {
    state.pausedUntilMs = Math.max(state.pausedUntilMs, nowMs + facts.retryInMs);
  }
  const { limit, remaining, resetInMs } = facts;
  if (limit === null || remaining === null || resetInMs === null) {
    if (state.quota?.word === 'look') state.quota = silent(pace, held, nowMs);
    return;
  }
  if (resetInMs <= 0) return;
  const resetAtMs = nowMs + resetInMs;
  const known = state.quota?.word === 'told' ? state.quota : null;
  if (known && resetAtMs < known.resetAtMs - sameResetMs) return;
  const since = Math.max(0, state.ended - facts.endedBefore - 1);
  const left = Math.max(0, remaining - held - since);
  const isSame = known !== null && resetAtMs <= known.resetAtMs + sameResetMs;
  state.quota = {
    limit,
    remaining: isSame ? Math.min(left, known.remaining) : left,
    resetAtMs: isSame ? known.resetAtMs : resetAtMs,
    word: 'told',
  };
}

const silent = ({ quota }: Pace, held: number, nowMs: number): Quota | null =>
  quota && {
    limit: quota.limit,
    remaining: Math.max(0, quota.limit - held - 1),
    resetAtMs: nowMs + quota.perMs,
    word: 'silent',
  };
