import type { ErrorCode, HubError } from '#lib/core/index';
import { isResting } from '#lib/resilience/index';

/**
 * What is done about each fault of a service, as data.
 *
 * - `refresh`: the credential is renewed once and the call made again; refused again: needs_reauth.
 * - `repeat`: the call is made again soon, after a wait by chance, if it allows that.
 * - `wait`: as long as the service asks; a long wait goes back to the caller's row.
 * - `resync`: what the cursor stood for is gone; the stream is read from its start (sync).
 * - `probe`: it may be gone or hidden; it is looked up before anything is concluded (sync).
 * - `later`: not even asked; the caller's row says when to come back.
 * - `give_back`: nothing helps; the caller decides.
 */
export type RecoveryAction =
  | 'refresh'
  | 'repeat'
  | 'wait'
  | 'resync'
  | 'probe'
  | 'later'
  | 'give_back';

export interface Recovery {
  action: RecoveryAction;
  level: 'info' | 'warning' | 'error';
  /** How the connection's page names what was done about it; null where nothing is. */
  used: string | null;
  /** How it names the end, when that did not help. */
  outcome: string;
}

/** A service that is left alone has the code of its fault; what is done about it differs. */
export type Situation = ErrorCode | 'breaker.open';

export const recoveries = {
  'provider.unauthorized': {
    action: 'refresh',
    level: 'error',
    used: 'The credential was renewed and the call made again.',
    outcome: 'The credential was not accepted.',
  },
  'provider.forbidden': {
    action: 'give_back',
    level: 'warning',
    used: null,
    outcome: 'Not allowed; not asked again.',
  },
  'provider.not_found': {
    action: 'probe',
    level: 'info',
    used: null,
    outcome: 'Not there; looked up before anything is concluded.',
  },
  'provider.gone': {
    action: 'resync',
    level: 'info',
    used: null,
    outcome: 'Dropped by the service; read anew from the start.',
  },
  'provider.refused': {
    action: 'give_back',
    level: 'warning',
    used: null,
    outcome: 'Refused; not asked again.',
  },
  'provider.rate_limited': {
    action: 'wait',
    level: 'warning',
    used: 'Waited as the service asked, and called again.',
    outcome: 'Asked to wait; goes on afterwards.',
  },
  'provider.unavailable': {
    action: 'repeat',
    level: 'warning',
    used: 'A fault of the service; the call was made again.',
    outcome: 'A fault of the service; repeated, then tried again later.',
  },
  'provider.timeout': {
    action: 'repeat',
    level: 'warning',
    used: 'No answer in time; the call was made again.',
    outcome: 'No answer in time; repeated where that is safe.',
  },
  'provider.unreachable': {
    action: 'repeat',
    level: 'warning',
    used: 'Not reachable; the call was made again.',
    outcome: 'Not reachable; repeated, then tried again later.',
  },
  'provider.bad_answer': {
    action: 'repeat',
    level: 'warning',
    used: 'The answer made no sense; the call was made again.',
    outcome: 'The answer made no sense; repeated where that is safe.',
  },
  'provider.answer_too_large': {
    action: 'give_back',
    level: 'error',
    used: null,
    outcome: 'The answer was larger than is read; not asked again.',
  },
  'provider.host_refused': {
    action: 'give_back',
    level: 'error',
    used: null,
    outcome: 'The address may not be called.',
  },
  'breaker.open': {
    action: 'later',
    level: 'info',
    used: null,
    outcome: 'The service is left alone for a moment; tried again later.',
  },
} as const satisfies Partial<Record<Situation, Recovery>>;

export const situationOf = (error: HubError): Situation =>
  isResting(error) ? 'breaker.open' : error.code;

export function recoveryOf(error: HubError): Recovery | null {
  const situation = situationOf(error);
  return Object.hasOwn(recoveries, situation)
    ? recoveries[situation as keyof typeof recoveries]
    : null;
}

/**
 * Whether the call may be made again. What certainly had no effect always may; so may what the
 * service refused to take (a wait); everything else only when a second effect is none.
 */
export function mayRepeat(error: HubError, isIdempotent: boolean): boolean {
  const action = recoveryOf(error)?.action;
  if (action === 'wait') return true;
  if (action !== 'repeat') return false;
  return isIdempotent || error.details?.['sent'] === false;
}
