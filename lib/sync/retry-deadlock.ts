import { pgErrorCode } from '#lib/db/index';
import { syncLimits } from './limits.ts';

const lostCodes = new Set(['40P01', '40001']);

/**
 * Repeats a transaction that PostgreSQL ended to break a deadlock. Pages lock in one order; only an
 * object that two pages meet for the first time at once can still make a circle.
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
