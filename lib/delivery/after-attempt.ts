import type { Attempt } from './delivery-shape.ts';
import type { SendOutcome } from './sender.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * Milliseconds before each attempt, counted from the one before it: the example schedule of Standard
 * Webhooks (standard-webhooks.md, "Retries"). Ten attempts over about 75 hours.
 */
export const scheduleMs: readonly number[] = [
  0,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];
export const attemptsMax = scheduleMs.length;
/**
 * Attempts beyond the schedule for those nobody heard the end of because a worker stopped or was lost:
 * it is not the destination's fault. Bounded, for it may be what workers die of.
 */
const lostMax = 3;
export const startsMax = attemptsMax + lostMax;

/** So that what failed at one moment does not come back at one moment: up to a fifth more. */
const jitterShare = 0.2;
/** What a destination may ask for by itself; it never shortens the schedule. */
const askedMs = { least: second, most: 24 * hour } as const;
const textChars = { code: 80, reason: 400, excerpt: 1_000 } as const;

/** What becomes of a delivery. `waitMs` says when it is tried again. */
export type AfterAttempt =
  | { status: 'delivered' | 'dead' }
  | { status: 'failed'; waitMs: number }
  /** It was no attempt; it is as it was before and due then. */
  | { status: 'held'; waitMs: number };

/** Pure. `attempts` counts the one that has just ended; `random` is in [0, 1). */
export function afterAttempt(
  outcome: SendOutcome,
  facts: { attempts: number; random: number },
): AfterAttempt {
  switch (outcome.type) {
    case 'delivered':
      return { status: 'delivered' };
    case 'refused':
    case 'gone':
      return { status: 'dead' };
    case 'held':
      return { status: 'held', waitMs: within(outcome.afterMs) };
    case 'retry': {
      if (outcome.atOnce && facts.attempts < startsMax) {
        return { status: 'failed', waitMs: askedMs.least };
      }
      const next = scheduleMs[facts.attempts];
      if (next === undefined) return { status: 'dead' };
      // A short Retry-After said ten times would use up in seconds what is to last for days.
      const own = Math.round(next * (1 + jitterShare * facts.random));
      const asked = outcome.afterMs === undefined ? 0 : within(outcome.afterMs);
      return { status: 'failed', waitMs: Math.max(own, asked) };
    }
  }
}

const within = (ms: number): number =>
  Number.isFinite(ms) ? Math.min(Math.max(ms, askedMs.least), askedMs.most) : askedMs.most;

/** The line of the attempt log that tells of it. */
export function describeAttempt(
  outcome: SendOutcome,
  time: { at: string; ms: number | null },
): Attempt {
  const said = outcome.type === 'held' ? null : outcome;
  const fault = outcome.type === 'delivered' ? null : outcome;
  return {
    ...time,
    outcome: outcome.type,
    code: fault?.code.slice(0, textChars.code) ?? null,
    reason: fault?.reason.slice(0, textChars.reason) ?? null,
    status: said?.status ?? null,
    excerpt: storable(said?.excerpt)?.slice(0, textChars.excerpt) ?? null,
  };
}

/** jsonb takes no U+0000 and no half of a surrogate pair. */
function storable(text: string | undefined): string | undefined {
  return text?.replaceAll('\u0000', '\ufffd').toWellFormed();
}
