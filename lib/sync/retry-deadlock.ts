import { pgErrorCode } from '#lib/db/index';
import { syncLimits } from './limits.ts';

const lostCodes = new Set(['40P01', '40001']);

/**
 * Repeats a transaction that PostgreSQL ended to break a deadlock. Pages link and lock in one order,
 * so it takes a link that vanishes in between, or another room's locks, to make a circle.
 */
export async function retryDeadlock<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const isLost = lostCodes.has(pgErrorCode(error) ?? '');
      if (!isLost || tries >= syncLimits.deadlockTries) throw error;
    }
  }
}
