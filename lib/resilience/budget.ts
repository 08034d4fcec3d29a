import type { Clock } from '#lib/core/index';
import type { BudgetStore } from './budget-memory.ts';
import type { Lane } from './lane.ts';
import type { Pace } from './pace.ts';
import type { RateFacts } from './rate-headers.ts';

/** The right to make one call. Exactly one of its ends is told, the first; later ones are nothing. */
export interface Ticket {
  /** The call was made. `isUncounted`: the service said its count and did not count this one. */
  end(outcome?: { facts?: RateFacts; isUncounted?: boolean }): void;
  /** It was not made. */
  giveBack(): void;
}

/** How much may be asked of one account, in which order, together with all other workers. */
export interface Budget {
  /** Resolves when the caller may make one call; the urgent lanes go first. */
  take(lane: Lane, signal?: AbortSignal): Promise<Ticket>;
  /** A call that was not needed, for the figures. */
  save(calls: number): void;
  /** Reports what is not told yet and gives back what is not used. */
  close(): Promise<void>;
}

export interface BudgetOptions {
  store: BudgetStore;
  pace: Pace;
  clock: Clock;
}
