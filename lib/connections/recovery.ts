import type { ErrorCode, HubError } from '#lib/core/index';

/**
 * What is done about each fault of a service, as data. `refresh`: renew the credential once and
 * repeat, then needs_reauth. `repeat`: call again soon, if the call allows it. `wait`: as long as the
 * service asks; a long wait goes back to the caller's row. `give_back`: the caller decides.
 */
export interface Recovery {
  action: 'refresh' | 'repeat' | 'wait' | 'give_back';
  level: 'info' | 'warning' | 'error';
  /** How the connection's page names the outcome. */
  outcome: string;
}

const table = {
  'provider.unauthorized': {
    action: 'refresh',
    level: 'error',
    outcome: 'The credential was not accepted.',
  },
  'provider.forbidden': {
    action: 'give_back',
    level: 'warning',
    outcome: 'Not allowed; not asked again.',
  },
  'provider.not_found': {
    action: 'give_back',
    level: 'info',
    outcome: 'Not there; looked up before anything is concluded.',
  },
  'provider.gone': {
    action: 'give_back',
    level: 'info',
    outcome: 'Dropped by the service; read anew from the start.',
  },
  'provider.refused': {
    action: 'give_back',
    level: 'warning',
    outcome: 'Refused; not asked again.',
  },
  'provider.rate_limited': {
    action: 'wait',
    level: 'warning',
    outcome: 'Asked to wait; goes on afterwards.',
  },
  'provider.unavailable': {
    action: 'repeat',
    level: 'warning',
    outcome: 'A fault of the service; repeated, then tried again later.',
  },
  'provider.timeout': {
    action: 'repeat',
    level: 'warning',
    outcome: 'No answer in time; repeated where that is safe.',
  },
  'provider.unreachable': {
    action: 'repeat',
    level: 'warning',
    outcome: 'Not reachable; repeated, then tried again later.',
  },
  'provider.bad_answer': {
    action: 'repeat',
    level: 'warning',
    outcome: 'The answer made no sense; repeated where that is safe.',
  },
  'provider.answer_too_large': {
    action: 'give_back',
    level: 'error',
    outcome: 'The answer was larger than is read; not asked again.',
  },
  'provider.host_refused': {
    action: 'give_back',
    level: 'error',
    outcome: 'The address may not be called.',
  },
} as const satisfies Partial<Record<ErrorCode, Recovery>>;

export function recoveryOf(code: ErrorCode): Recovery | null {
  return Object.hasOwn(table, code) ? table[code as keyof typeof table] : null;
}

/**
 * Whether the call may be made again. What certainly had no effect always may; so may what the
 * service refused to take (a wait); everything else only when a second effect is none.
 */
export function mayRepeat(error: HubError, isIdempotent: boolean): boolean {
  const action = recoveryOf(error.code)?.action;
  if (action === 'wait') return true;
  if (action !== 'repeat') return false;
  return isIdempotent || error.details?.['sent'] === false;
}
