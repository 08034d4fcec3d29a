import { type Grant, type Others, type Report, settle } from './budget-book.ts';
import { type BudgetState, fullBudget } from './budget-state.ts';
import { type ByLane, byLane } from './lane.ts';
import type { Pace } from './pace.ts';

/** What one worker holds of a budget. */
export interface Share {
  holder: string;
  /** Told apart from an earlier share of the same holder that ran out. */
  epoch: number;
  held: number;
  waiting: ByLane<number>;
  leaseUntilMs: number;
}

export interface Book {
  /** Null before the first call. */
  state: BudgetState | null;
  shares: readonly Share[];
}

export interface Exchanged {
  state: BudgetState;
  mine: Share;
  grant: Grant;
  /** Holders whose shares ran out: they are taken off the book. */
  gone: string[];
}

/** Longer than a call may take, so that what a dead worker had under way has ended with its lease. */
export const shareLeaseMs = 20_000;
/** A lease that ends later than any can was given by a clock that has been set back since. */
const clockStepMs = 5_000;
/** Who waits asks again within a second; what is older was said by somebody who is gone. */
const waitingMs = 3_000;

/**
 * One worker's turn at the book. A share whose lease ran out counts no more, and its holder's word
 * about it neither: it may only ask anew.
 */
export function exchange(
  book: Book,
  pace: Pace,
  holder: { id: string; epoch: number },
  report: Report,
  nowMs: number,
): Exchanged {
  const isLiving = ({ leaseUntilMs }: Share): boolean =>
    leaseUntilMs > nowMs && leaseUntilMs <= nowMs + shareLeaseMs + clockStepMs;
  const living = book.shares.filter(isLiving);
  const old = living.find((share) => share.holder === holder.id && share.epoch === holder.epoch);
  const others = living
    .filter((share) => share.holder !== holder.id)
    .reduce((sum, share) => add(sum, share, nowMs), noOthers());
  const heard = old ? report : { ...report, ended: 0, unused: 0, uncounted: 0 };
  const gone = book.shares.filter((share) => !isLiving(share));
  const known = book.state ?? fullBudget(pace, nowMs);
  const before = { ...known, ended: gone.reduce((sum, share) => sum + share.held, known.ended) };
  const { state, held, grant } = settle(before, pace, old?.held ?? 0, others, heard, nowMs);
  const last = book.shares.find((share) => share.holder === holder.id)?.epoch ?? holder.epoch;
  return {
    state,
    grant,
    gone: gone.map((share) => share.holder).filter((id) => id !== holder.id),
    mine: {
      holder: holder.id,
      epoch: old ? old.epoch : Math.max(last, holder.epoch) + 1,
      held,
      waiting: byLane((lane) => report.waiting[lane] - grant.granted[lane]),
      leaseUntilMs: nowMs + shareLeaseMs,
    },
  };
}

const noOthers = (): Others => ({ held: 0, waiting: byLane(() => 0) });

function add(sum: Others, share: Share, nowMs: number): Others {
  const isWaiting = share.leaseUntilMs - nowMs > shareLeaseMs - waitingMs;
  return {
    held: sum.held + share.held,
    waiting: byLane((lane) => sum.waiting[lane] + (isWaiting ? share.waiting[lane] : 0)),
  };
}
