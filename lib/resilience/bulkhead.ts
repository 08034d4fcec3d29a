import { type BulkheadPolicy, bulkhead, isBulkheadRejectedError } from 'cockatiel';
import { HubError } from '#lib/core/index';
import type { ByLane, Lane } from './lane.ts';

/**
 * Places of one connection in one worker, so that a service which hangs holds up a few calls and not
 * the worker. What people wait for has places of its own: a backfill never stands before an edit.
 */
export const bulkheadLimits = {
  urgent: { lanes: ['edit', 'refetch'], atOnce: 4, waiting: 200 },
  background: { lanes: ['poll', 'backfill'], atOnce: 6, waiting: 200 },
} as const satisfies Record<string, { lanes: readonly Lane[]; atOnce: number; waiting: number }>;

const backAfterMs = 1_000;

export interface Bulkhead {
  /** Runs the call when a place is free; refuses when too many wait already. */
  run<T>(lane: Lane, call: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function createBulkhead(): Bulkhead {
  const { urgent, background } = bulkheadLimits;
  const first = bulkhead(urgent.atOnce, urgent.waiting);
  const second = bulkhead(background.atOnce, background.waiting);
  const policies: ByLane<BulkheadPolicy> = {
    edit: first,
    refetch: first,
    poll: second,
    backfill: second,
  };
  return {
    run: async (lane, call, signal) => {
      try {
        return await policies[lane].execute(call, signal);
      } catch (error) {
        if (!isBulkheadRejectedError(error)) throw error;
        throw new HubError('provider.rate_limited', 'Too many calls of this connection at once.', {
          retry: 'after',
          afterMs: backAfterMs,
          details: { sent: false },
        });
      }
    },
  };
}
