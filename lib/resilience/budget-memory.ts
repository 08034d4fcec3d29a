import type { Clock } from '#lib/core/index';
import type { Grant, Report } from './budget-book.ts';
import { type Book, exchange, type Share } from './budget-shares.ts';
import type { Pace } from './pace.ts';

/** Where a budget is kept. */
export interface BudgetStore {
  /** One turn at the book; `saved` are calls that were not needed, for the figures. */
  turn(turn: Turn): Promise<{ grant: Grant; epoch: number; ended: number }>;
}

export interface Turn {
  holder: { id: string; epoch: number };
  pace: Pace;
  report: Report;
  saved: number;
}

/** For one process, or several budgets in one test: nothing is shared beyond this object. */
export function memoryBudget(clock: Clock): BudgetStore & { book(): Book } {
  let book: Book = { state: null, shares: [] };
  return {
    book: () => book,
    turn: ({ holder, pace, report }) => {
      const { state, mine, grant, gone } = exchange(book, pace, holder, report, clock.now());
      const others: Share[] = book.shares.filter(
        (share) => share.holder !== holder.id && !gone.includes(share.holder),
      );
      book = { state, shares: [...others, mine] };
      return Promise.resolve({ grant, epoch: mine.epoch, ended: state.ended });
    },
  };
}
