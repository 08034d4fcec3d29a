import { type BulkheadPolicy, bulkhead, isBulkheadRejectedError } from 'cockatiel';
import { HubError } from '#lib/core/index';

export interface Bulkhead {
  run<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** At most `atOnce` calls run, at most `waiting` queue; the rest is told to come back. */
export function createBulkhead(atOnce: number, waiting: number): Bulkhead {
  const policy: BulkheadPolicy = bulkhead(atOnce, waiting);
  return {
    run: async (call, signal) => {
      try {
        return await policy.execute(call, signal);
      } catch (error) {
        if (!isBulkheadRejectedError(error)) throw error;
        throw new HubError('provider.rate_limited', 'Too many calls of this connection at once.', {
          retry: 'after',
          afterMs: 1_000,
          details: { sent: false },
        });
      }
    },
  };
}
