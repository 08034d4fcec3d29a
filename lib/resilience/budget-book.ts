import {
  type BudgetState,
  giveBack,
  type HeardFacts,
  learn,
  refill,
  resetMarginMs,
} from './budget-state.ts';
import { type ByLane, byLane, type Lane, laneReserve, lanes } from './lane.ts';
import { type Pace, placesLeft, tokensLeft } from './pace.ts';

/** What the other workers have in hand and wait for. */
export interface Others {
  held: number;
  waiting: ByLane<number>;
}

/** One worker's word since the last time, and what it asks for. */
export interface Report {
  /** Calls it was granted that ended. */
  ended: number;
  /** Of them, those the service did not count (an unchanged answer that said its count). */
  uncounted: number;
  /** Granted and never made. */
  unused: number;
  facts: readonly HeardFacts[];
  waiting: ByLane<number>;
  /** Calls it would like in hand beyond those, when there is plenty. */
  ahead: number;
}

export interface Grant {
  granted: ByLane<number>;
  ahead: number;
  /** Of the most urgent lane that got less than it waits for, and of each below it. */
  waitMs: ByLane<number>;
}

/** When all that may be under way is; whoever ends a call says so at once, so this is a second look only. */
const placesWaitMs = 250;
const maxFacts = 100;

/**
 * Takes one worker's report and grants what may be asked now. `held` is what that worker has in hand
 * before the report. What is under way counts against the burst, the quota and the places, so that
 * calls which are slow to arrive cannot come together with later ones; what a worker does not report
 * stays counted until its lease ends, and is then refilled at the pace like any call that was made.
 */
export function settle(
  before: BudgetState,
  pace: Pace,
  held: number,
  others: Others,
  report: Report,
  nowMs: number,
): { state: BudgetState; held: number; grant: Grant } {
  const unused = Math.min(report.unused, held);
  const mine = Math.max(0, held - unused - report.ended);
  const ended = before.ended + held - unused - mine;
  const state = { ...before, ended, quota: before.quota && { ...before.quota } };
  giveBack(state, unused, report.uncounted);
  refill(state, pace, mine + others.held, nowMs);
  for (const facts of report.facts.slice(-maxFacts)) {
    learn(state, facts, { pace, held: mine + others.held, nowMs });
  }
  const given = grantLanes(state, pace, mine, others, report, nowMs);
  return { state, held: given.held, grant: given.grant };
}

function grantLanes(
  state: BudgetState,
  pace: Pace,
  heldBefore: number,
  others: Others,
  report: Report,
  nowMs: number,
): { held: number; grant: Grant } {
  let held = heldBefore;
  let urgent = 0;
  const waitMs = byLane(() => 0);
  const granted = byLane(() => 0);
  let isShort = false;
  for (const lane of lanes) {
    const room = roomOf(state, pace, held + others.held, lane, urgent, nowMs);
    const count = isShort ? 0 : Math.min(report.waiting[lane], Math.floor(room.count));
    take(state, count);
    granted[lane] = count;
    held += count;
    const missing = report.waiting[lane] - count;
    if (missing > 0) isShort = true;
    const next = roomOf(state, pace, held + others.held, lane, urgent, nowMs);
    waitMs[lane] = missing > 0 || isShort ? next.waitMs : 0;
    // Elsewhere somebody more urgent waits: what they are short of is not taken by a later lane.
    urgent += others.waiting[lane];
  }
  const ahead = isShort ? 0 : aheadOf(state, pace, held + others.held, report.ahead, nowMs);
  take(state, ahead);
  return { held: held + ahead, grant: { granted, ahead, waitMs } };
}

function take(state: BudgetState, count: number): void {
  state.tokens -= count;
  if (state.quota) state.quota.remaining -= count;
}

/** How many calls the lane may make now, and how long until there is one more. */
function roomOf(
  state: BudgetState,
  pace: Pace,
  held: number,
  lane: Lane,
  urgent: number,
  nowMs: number,
): { count: number; waitMs: number } {
  if (state.pausedUntilMs > nowMs) return { count: 0, waitMs: state.pausedUntilMs - nowMs };
  const { quota } = state;
  const inQuota = quota
    ? quota.remaining - Math.floor(quota.limit * laneReserve[lane]) - urgent
    : Number.POSITIVE_INFINITY;
  if (quota && inQuota < 1) {
    return { count: 0, waitMs: Math.max(1, quota.resetAtMs + resetMarginMs - nowMs) };
  }
  const places = pace.concurrent - held - placesLeft(pace, lane) - urgent;
  if (places < 1) return { count: 0, waitMs: placesWaitMs };
  const want = 1 + tokensLeft(pace, lane) + urgent;
  const tokens = state.tokens - want + 1;
  const count = Math.max(0, Math.floor(Math.min(inQuota, places, tokens)));
  if (want + count > pace.burst - held) return { count, waitMs: placesWaitMs };
  const missing = Math.max(0, want + count - state.tokens);
  return { count, waitMs: Math.max(1, Math.ceil((missing / pace.perSecond) * 1_000)) };
}

/** A small stock, taken from the upper half of everything only, so that nobody waits for it. */
function aheadOf(
  state: BudgetState,
  pace: Pace,
  held: number,
  wanted: number,
  nowMs: number,
): number {
  if (state.pausedUntilMs > nowMs) return 0;
  const { quota } = state;
  const spare = Math.min(
    state.tokens - pace.burst / 2,
    pace.concurrent / 2 - held,
    quota ? quota.remaining - quota.limit / 2 : Number.POSITIVE_INFINITY,
  );
  return Math.max(0, Math.min(wanted, Math.floor(spare)));
}
