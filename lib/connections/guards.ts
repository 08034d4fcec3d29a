import type { Clock } from '#lib/core/index';
import {
  type Breaker,
  type Budget,
  type Bulkhead,
  createBreaker,
  createBudget,
  createBulkhead,
} from '#lib/resilience/index';

/** What one connection may ask for, in this process. */
export interface Guards {
  budget: Budget;
  breaker: Breaker;
  bulkhead: Bulkhead;
  /** When a fault of this code was last written to the log of the connection. */
  loggedAtMs: Map<string, number>;
}

export interface ConnectionGuards {
  of(connectionId: string): Guards;
}

/** Calls of one connection at once, and those that queue behind them. */
const callsAtOnce = 8;
const callsWaiting = 200;
/** Connections remembered by one worker; the one unused for longest starts afresh. */
const remembered = 5_000;

export function createConnectionGuards(clock: Clock): ConnectionGuards {
  const all = new Map<string, Guards>();
  return {
    of: (connectionId) => {
      const guards = all.get(connectionId) ?? {
        budget: createBudget(clock),
        breaker: createBreaker(),
        bulkhead: createBulkhead(callsAtOnce, callsWaiting),
        loggedAtMs: new Map<string, number>(),
      };
      all.delete(connectionId);
      all.set(connectionId, guards);
      if (all.size > remembered) all.delete(all.keys().next().value ?? '');
      return guards;
    },
  };
}
