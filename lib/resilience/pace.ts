import type { Lane } from './lane.ts';
import type { RateHeaderNames } from './rate-headers.ts';

/** How fast one account is asked. */
export interface Pace {
  perSecond: number;
  /** Calls at once after a pause. What is under way counts in, so no delay bunches more together. */
  burst: number;
  /** Calls under way at one moment, over all workers. */
  concurrent: number;
  /** What the service allows before it has told us: so many in so long. Null where only the pace counts. */
  quota: { limit: number; perMs: number } | null;
}

/** What a connector says of its provider. */
export interface AllowedRate {
  requests: number;
  perMs: number;
  concurrent: number;
  headers: RateHeaderNames | null;
}

/** Faster than this no account is asked, whatever its quota: below what services call abuse. */
const politePerSecond = 10;
const mostBurst = 30;
/** Of what a service without headers allows, this part may go at once; the rest is the pace. */
const burstPart = 0.2;

/**
 * A service that tells its count is asked politely until the count is used up. One that does not is
 * asked so that burst + pace × window never exceeds what it allows, in any window of that length.
 */
export function paceOf(rate: AllowedRate): Pace {
  const { requests, perMs } = rate;
  const seconds = perMs / 1_000;
  const concurrent = Math.max(1, rate.concurrent);
  if (rate.headers !== null) {
    return {
      perSecond: Math.max(politePerSecond, requests / seconds),
      burst: Math.max(1, Math.min(mostBurst, requests)),
      concurrent,
      quota: { limit: requests, perMs },
    };
  }
  // One call a window has neither burst nor rest: the single token comes back after the whole window.
  if (requests <= 1) return { perSecond: 1 / seconds, burst: 1, concurrent, quota: null };
  const burst = Math.max(1, Math.min(mostBurst, Math.floor(requests * burstPart)));
  return { perSecond: (requests - burst) / seconds, burst, concurrent, quota: null };
}

/** Of the burst, what each lane leaves to the more urgent: up to a second's worth for an edit. */
const leaves: Record<Lane, number> = { edit: 0, refetch: 0.25, poll: 0.5, backfill: 1 };

export function tokensLeft(pace: Pace, lane: Lane): number {
  const reserve = Math.min(
    Math.floor((pace.burst - 1) / 2),
    Math.max(1, Math.ceil(pace.perSecond)),
  );
  return Math.ceil(Math.max(0, reserve) * leaves[lane]);
}

/** Of the calls under way, what each lane leaves to the more urgent. */
const placesPart = 0.25;

export function placesLeft(pace: Pace, lane: Lane): number {
  return Math.floor(Math.min(pace.concurrent - 1, pace.concurrent * placesPart) * leaves[lane]);
}
