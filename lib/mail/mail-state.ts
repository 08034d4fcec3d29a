import type { MailStatus } from './schema.ts';
import type { SendOutcome } from './transport.ts';

/** Tries of one mail, the first among them; with the waits below the last is about four hours later. */
export const maxAttempts = 10;
const firstWaitMs = 15_000;
const lastWaitMs = 3_600_000;

export interface Attempt {
  /** This one included. */
  attempts: number;
  nowMs: number;
  deadlineMs: number;
  /** In [0, 1). */
  random: number;
}

export type NextState =
  | { status: 'queued'; code: string; detail: string; waitMs: number }
  | { status: 'sent'; code: null; detail: null }
  | { status: Extract<MailStatus, 'failed'>; code: string; detail: string; suppresses: boolean };

/**
 * What an attempt leads to. Ends are ends: sent, failed and suppressed mails are never tried again. A
 * wait that would pass the deadline ends the mail now, because nobody could use it afterwards.
 */
export function nextState(outcome: SendOutcome, attempt: Attempt): NextState {
  switch (outcome.kind) {
    case 'accepted':
      return { status: 'sent', code: null, detail: null };
    case 'address_refused':
      return { status: 'failed', code: outcome.code, detail: outcome.detail, suppresses: true };
    case 'mail_refused':
      return { status: 'failed', code: outcome.code, detail: outcome.detail, suppresses: false };
    case 'fault': {
      const waitMs = outcome.afterMs ?? backoff(attempt);
      const isOver =
        attempt.attempts >= maxAttempts || attempt.nowMs + waitMs >= attempt.deadlineMs;
      const { code, detail } = outcome;
      return isOver
        ? { status: 'failed', code, detail, suppresses: false }
        : { status: 'queued', code, detail, waitMs };
    }
  }
}

/** Doubling, between half the bound and the bound, so that mails that failed together part. */
function backoff({ attempts, random }: Attempt): number {
  const bound = Math.min(lastWaitMs, firstWaitMs * 2 ** (attempts - 1));
  return Math.round(bound * (0.5 + random / 2));
}
