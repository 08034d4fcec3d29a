import type { FieldFault } from '#lib/connectors/protocol/index';
import { type ErrorCode, HubError, type HubErrorOptions } from '#lib/core/index';
import { errorBodySchema } from './schema.ts';

const messageChars = 300;
/** Stripe names no time; it asks for backing off exponentially, which the caller does from here on. */
const limitPauseMs = 2_000;
const lockPauseMs = 1_000;
const longestPauseMs = 3_600_000;

interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

interface Said {
  type: string;
  code: string;
  param: string;
  message: string;
}

/**
 * What an answer of Stripe means for us.
 * https://docs.stripe.com/api/errors https://docs.stripe.com/error-low-level https://docs.stripe.com/rate-limits
 */
export function toError(answer: Answer): HubError {
  const { status } = answer;
  const said = readBody(answer.text);
  if (status === 429) return limited(answer, said);
  if (status >= 500) return make('provider.unavailable', answer, said?.message, pauseOf(answer));
  // Not Stripe's own words (a proxy, a login page): a 404 of theirs is no deleted customer.
  if (!said) return make('provider.bad_answer', answer, null, { retry: 'later' });
  switch (status) {
    case 401:
      return make('provider.unauthorized', answer, said.message);
    case 402:
      return refused(answer, said);
    case 403:
      return make('provider.forbidden', answer, said.message);
    case 404:
      return missing(answer, said);
    case 409:
      // Another call with the same idempotency key is under way, or the object is being changed.
      return make('provider.unavailable', answer, said.message, {
        retry: 'after',
        afterMs: lockPauseMs,
      });
    case 424:
      return make('provider.unavailable', answer, said.message, { retry: 'later' });
    default:
      break;
  }
  if (said.code === 'resource_missing') return missing(answer, said);
  if (status >= 400) return refused(answer, said);
  return make('provider.bad_answer', answer, null, { retry: 'later' });
}

/** An answer of 2xx whose JSON is not what Stripe documents. */
export function badAnswer(what: string): HubError {
  return new HubError('provider.bad_answer', `Stripe’s answer makes no sense: ${what}.`, {
    retry: 'later',
  });
}

export const refuse = (fields: FieldFault[]): HubError =>
  new HubError(
    'provider.refused',
    `${fields.map(({ field, message }) => `${field} ${message}`).join('; ')}.`,
    { details: { fields: fields.map((item) => ({ ...item })) } },
  );

/** 429 stands for too many calls, and for an object that somebody else is changing at this moment. */
function limited(answer: Answer, said: Said | null): HubError {
  const isLock = said?.code === 'lock_timeout';
  const afterMs = retryAfterMs(answer.headers) ?? (isLock ? lockPauseMs : limitPauseMs);
  if (isLock) {
    return make('provider.unavailable', answer, said?.message, { retry: 'after', afterMs });
  }
  return make('provider.rate_limited', answer, null, { retry: 'after', afterMs });
}

/**
 * A key of the other mode sees none of this mode's objects. That is no deletion: taking it for one
 * would empty the hub when somebody reconnects with the wrong key.
 */
function missing(answer: Answer, said: Said): HubError {
  const isOtherMode = /exists in (live|test) mode|exists in a sandbox/i.test(said.message);
  return make(isOtherMode ? 'provider.forbidden' : 'provider.not_found', answer, said.message, {
    details: { status: answer.status, param: said.param },
  });
}

function refused(answer: Answer, said: Said): HubError {
  const field = toField(said.param);
  const fields = field === null ? [] : [{ field, message: said.message || 'was refused' }];
  const why = said.message || said.code || said.type;
  return new HubError('provider.refused', `Stripe refused the change: ${withoutStop(why)}.`, {
    details: { status: answer.status, reason: said.code || said.type, fields },
  });
}

const fieldNames: Record<string, string> = { email: 'emails', phone: 'phones' };

function toField(param: string): string | null {
  const name = /^[a-z_]+/.exec(param)?.[0];
  if (name === undefined) return null;
  return Object.hasOwn(fieldNames, name) ? (fieldNames[name] ?? name) : name;
}

function readBody(text: string): Said | null {
  const read = errorBodySchema.safeParse(parseJson(text));
  if (!read.success) return null;
  const { type, code, decline_code: decline, param, message } = read.data.error;
  return {
    type: clean(type ?? ''),
    code: clean(code ?? decline ?? ''),
    param: clean(param ?? '').slice(0, 80),
    message: clean(message ?? ''),
  };
}

const sentences: Partial<Record<ErrorCode, string>> = {
  'provider.unauthorized': 'Stripe does not accept the key',
  'provider.forbidden': 'Stripe does not allow this key to do it',
  'provider.not_found': 'Stripe does not know this',
  'provider.unavailable': 'Stripe could not do it now',
  'provider.rate_limited': 'Stripe’s rate limit is reached',
  'provider.bad_answer': 'Stripe’s answer is not JSON of its API',
};

function make(
  code: ErrorCode,
  answer: Answer,
  reason: string | null | undefined,
  options: HubErrorOptions = {},
): HubError {
  const said = reason ? ` (${withoutStop(reason)})` : '';
  return new HubError(code, `${sentences[code] ?? 'Stripe answered with an error'}${said}.`, {
    details: { status: answer.status },
    ...options,
  });
}

function pauseOf(answer: Answer): HubErrorOptions {
  const afterMs = retryAfterMs(answer.headers);
  return afterMs === null ? { retry: 'later' } : { retry: 'after', afterMs };
}

function retryAfterMs(headers: Headers): number | null {
  const value = headers.get('retry-after')?.trim() ?? '';
  return /^\d{1,6}$/.test(value)
    ? Math.min(Math.max(Number(value), 1) * 1_000, longestPauseMs)
    : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Stripe repeats the key in its errors, masked in the middle; none of it goes on from here. */
const clean = (text: string): string =>
  text
    .replace(/\b(sk|rk|pk|whsec)_[\w*]+/g, '[key]')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, messageChars)
    .toWellFormed();

const withoutStop = (text: string): string => text.replace(/[.\s]+$/, '');
