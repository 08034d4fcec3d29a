/** Hits of this window and of the one before it. */
export interface WindowCount {
  count: number;
  previous: number;
}

export interface WindowVerdict {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Milliseconds until the present window ends. */
  resetMs: number;
}

/** Number of the window that `nowMs` lies in. */
export const slotOf = (nowMs: number, windowMs: number): number => Math.floor(nowMs / windowMs);

/**
 * Sliding window by weighting: the previous window counts as far as it still overlaps the last
 * `windowMs`. Two numbers per key instead of a list of times, and no burst of twice the limit at the
 * border of two windows.
 */
export function judgeWindow(
  { count, previous }: WindowCount,
  limit: number,
  windowMs: number,
  nowMs: number,
): WindowVerdict {
  const elapsed = nowMs - slotOf(nowMs, windowMs) * windowMs;
  const used = previous * (1 - elapsed / windowMs) + count;
  return {
    allowed: used <= limit,
    limit,
    remaining: Math.max(0, Math.floor(limit - used)),
    resetMs: windowMs - elapsed,
  };
}
