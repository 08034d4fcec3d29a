/**
 * How far a service's clock is from ours, from the Date header of its answers. Pure.
 *
 * The service stamped the answer somewhere between our call and its end, and cut the time to whole
 * seconds (RFC 9110, 5.6.7). So each answer says for certain between which two bounds the difference lies,
 * and several together narrow it down to less than a second.
 */
export interface ClockSight {
  /** The service's clock minus ours is between these. Milliseconds. */
  lowMs: number;
  highMs: number;
  /** When it was seen, by our clock. */
  atMs: number;
}

/** Milliseconds the service's clock is ahead, and how far that can be wrong in either direction. */
export interface ClockOffset {
  offsetMs: number;
  errorMs: number;
}

export const clockLimits = {
  /** Answers remembered by a worker. */
  sights: 16,
  /** A clock that was set anew is believed after as long, or as many answers. */
  sightMs: 900_000,
  /** What was found is written this often, with nothing new to say. */
  writeEveryMs: 600_000,
  /** Not more often than this, whatever is found. */
  restMs: 5_000,
  /** Moved by more, and what is written is not right any more. */
  movedMs: 1_000,
  /** After as long nothing is known of a clock any more. */
  trustMs: 86_400_000,
} as const;

const grainMs = 1_000;

/** A clock nobody sets runs off by up to some 50 millionths of the time; so does ours. */
const driftShare = 0.000_1;

/** By how much more a difference can be wrong that was measured some time ago. */
export const driftOf = (ageMs: number): number => Math.max(0, ageMs) * driftShare;

/** What one answer says; null without a date, and of one that was kept by somebody on the way. */
export function sightOf(
  headers: Headers,
  call: { startedMs: number; endedMs: number },
): ClockSight | null {
  // The date of a kept answer is of when it was made (RFC 9111, 4.2.3).
  if (headers.has('age')) return null;
  const date = Date.parse(headers.get('date') ?? '');
  // Ours was set back while it was under way.
  if (Number.isNaN(date) || call.endedMs < call.startedMs) return null;
  return {
    lowMs: date - call.endedMs,
    highMs: date + grainMs - call.startedMs,
    atMs: call.endedMs,
  };
}

/**
 * What several answers say together. Where they contradict each other, the service answers from several
 * clocks or has set its own: then nothing narrower is known than all of them.
 */
export function offsetOf(sights: readonly ClockSight[], nowMs: number): ClockOffset | null {
  if (sights.length === 0) return null;
  const lows = sights.map(({ lowMs, atMs }) => lowMs - driftOf(nowMs - atMs));
  const highs = sights.map(({ highMs, atMs }) => highMs + driftOf(nowMs - atMs));
  const [low, high] = [Math.max(...lows), Math.min(...highs)];
  return low <= high ? between(low, high) : between(Math.min(...lows), Math.max(...highs));
}

const between = (lowMs: number, highMs: number): ClockOffset => ({
  offsetMs: (lowMs + highMs) / 2,
  errorMs: (highMs - lowMs) / 2,
});

/** Those worth remembering, with the newest. */
export function keepSights(sights: readonly ClockSight[], next: ClockSight): ClockSight[] {
  const young = sights.filter(({ atMs }) => Math.abs(next.atMs - atMs) < clockLimits.sightMs);
  return [...young, next].slice(-clockLimits.sights);
}

/** Whether what was found is to be written, after what was last given to be; not each of these was. */
export function isNews(
  written: (ClockOffset & { atMs: number }) | null,
  found: ClockOffset,
  nowMs: number,
  isWritten = true,
): boolean {
  if (!written) return true;
  const ageMs = Math.abs(nowMs - written.atMs);
  if (ageMs < clockLimits.restMs) return false;
  return (
    !isWritten ||
    ageMs >= clockLimits.writeEveryMs ||
    Math.abs(found.offsetMs - written.offsetMs) > clockLimits.movedMs ||
    found.errorMs > written.errorMs * 2 ||
    found.errorMs < written.errorMs / 2
  );
}
