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

/** What is left of the present window. */
export const windowRest = (nowMs: number, windowMs: number): number =>
  windowMs - (nowMs - slotOf(nowMs, windowMs) * windowMs);

/**
 * Sliding window by weighting: the previous window counts as far as it still overlaps the last
 * `windowMs`. Two numbers per key instead of a list of times, and no burst of twice the limit at the
 * border of two windows. The rule is the one of @upstash/ratelimit's script, so that every backing
 * says the same: once the limit is reached no hit counts any more; several told at once count as a
 * whole, and are `allowed` only when all of them were within it.
 */
export function takeFrom(
  { count, previous }: WindowCount,
  hit: { limit: number; windowMs: number; nowMs: number; amount: number },
): { counted: boolean; allowed: boolean; remaining: number } {
  const { limit, windowMs, nowMs, amount } = hit;
  const elapsed = windowMs - windowRest(nowMs, windowMs);
  const used = Math.floor(previous * (1 - elapsed / windowMs)) + count;
  if (amount > 0 && used >= limit) return { counted: false, allowed: false, remaining: 0 };
  const left = limit - used - amount;
  return { counted: true, allowed: left >= 0, remaining: Math.max(0, left) };
}
