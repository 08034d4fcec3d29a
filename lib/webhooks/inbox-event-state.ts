import type { inboxStatuses } from './schema.ts';

export type InboxStatus = (typeof inboxStatuses)[number];

/**
 * pending → queued → applied | ignored | failed | dead
 *           failed → queued (its time has come)
 * queued  → queued (the job was lost, its lease ran out)
 * applied, ignored, failed, dead → pending (somebody asks for it again)
 * split: nothing; its parts are events of their own
 */
const transitions: Record<InboxStatus, readonly InboxStatus[]> = {
  pending: ['queued'],
  queued: ['queued', 'applied', 'ignored', 'failed', 'dead'],
  failed: ['queued', 'pending'],
  applied: ['pending'],
  ignored: ['pending'],
  dead: ['pending'],
  split: [],
};

export const mayBecome = (from: InboxStatus, to: InboxStatus): boolean =>
  transitions[from].includes(to);

/** Those from which an event may become `to`, for a statement's where. */
export const statusesBefore = (to: InboxStatus): InboxStatus[] =>
  (Object.keys(transitions) as InboxStatus[]).filter((from) => mayBecome(from, to));

/** After the first, second … failed attempt, in milliseconds. */
const backoffMs = [1_000, 5_000, 30_000, 120_000, 600_000] as const;

/** The first attempt and one after each pause. */
export const maxAttempts = backoffMs.length + 1;

/** What follows a failed attempt (1 is the first): a pause, or the end. `random` is in [0, 1). */
export function afterFailure(
  attempt: number,
  random: number,
): { status: 'failed'; waitMs: number } | { status: 'dead' } {
  const wait = backoffMs[attempt - 1];
  if (wait === undefined) return { status: 'dead' };
  // Half fixed, half by chance: events that failed together do not come back together.
  return { status: 'failed', waitMs: Math.round(wait / 2 + (wait / 2) * random) };
}
