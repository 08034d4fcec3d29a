import type { FieldFault } from '#lib/connectors/protocol/index';
import { type ErrorCode, HubError, type HubErrorOptions } from '#lib/core/index';
import { errorsSchema, type LinearErrors } from './schema.ts';

const messageChars = 300;
/** Linear names no pause for limits that are not the hourly ones. */
const shortPauseMs = 60_000;
const shortestPauseMs = 1_000;
const longestPauseMs = 3_600_000;

interface Answer {
  status: number;
  headers: Headers;
}

/**
 * What an answer of Linear means for us. GraphQL errors come with 200 and with 400; the code beside
 * the message says what happened, a rate limit too. https://linear.app/developers/rate-limiting
 */
export function toError(answer: Answer & { text: string }): HubError {
  const errors = readErrors(parseJson(answer.text));
  if (errors) return toFault(errors, answer);
  const { status } = answer;
  if (status === 429) return rateLimited(answer);
  if (status >= 500) return unavailable(answer);
  // Not Linear's own words (a proxy, a login page): a 404 of theirs must not be taken for an issue
  // that is gone, nor a 401 for a revoked token.
  return make('provider.bad_answer', null, status, { retry: 'later' });
}

/** A 200 that carries errors is no success, even when part of the data came along. */
export function findFault(answer: Answer & { json: unknown }): HubError | null {
  const errors = readErrors(answer.json);
  return errors && toFault(errors, answer);
}

/** An answer whose JSON is not what Linear documents. */
export const badAnswer = (what: string): HubError =>
  new HubError('provider.bad_answer', `Linear’s answer makes no sense: ${what}.`, {
    retry: 'later',
  });

function toFault(errors: LinearErrors, answer: Answer): HubError {
  const [first] = errors;
  const { status } = answer;
  const message = first?.message ?? '';
  const said = first?.extensions?.userPresentableMessage || message;
  const code = (first?.extensions?.code ?? first?.extensions?.type ?? '')
    .toUpperCase()
    .replaceAll(/[\s-]+/g, '_');
  if (code === 'RATELIMITED' || /rate ?limit/i.test(message)) return rateLimited(answer);
  if (code.startsWith('AUTHENTICATION')) return make('provider.unauthorized', said, status);
  if (code === 'FORBIDDEN' || code.startsWith('FEATURE_NOT_ACCESSIBLE')) {
    return make('provider.forbidden', said, status);
  }
  if (/^entity not found/i.test(message)) return make('provider.not_found', said, status);
  if (/^(internal|lock_timeout|network|bootstrap)/i.test(code) || status >= 500) {
    return unavailable(answer);
  }
  if (status === 401) return make('provider.unauthorized', said, status);
  if (status === 403) return make('provider.forbidden', said, status);
  return make('provider.refused', said, status, {}, faultsOf(said));
}

const sentences: Partial<Record<ErrorCode, string>> = {
  'provider.unauthorized': 'Linear does not accept the credential any more',
  'provider.forbidden': 'Linear does not allow this',
  'provider.not_found': 'Linear does not know this, or does not show it to this account',
  'provider.refused': 'Linear refused the request',
  'provider.bad_answer': 'Linear’s answer is not JSON of its API',
};

function make(
  code: ErrorCode,
  reason: string | null,
  status: number,
  options: HubErrorOptions = {},
  fields: FieldFault[] = [],
): HubError {
  const said = reason === null ? '' : ` (${clean(reason).replace(/[.\s]+$/, '')})`;
  return new HubError(code, `${sentences[code] ?? 'Linear answered with an error'}${said}.`, {
    ...options,
    details: {
      status,
      ...(fields.length > 0 ? { fields: fields.map((item) => ({ ...item })) } : {}),
    },
  });
}

/** Linear's names of what is written, and ours. */
const fieldNames: Record<string, string> = {
  title: 'title',
  description: 'body',
  priority: 'priority',
  stateId: 'state',
  assigneeId: 'assignees',
  labelIds: 'labels',
  parentId: 'parent',
  dueDate: 'due_on',
};

/** A refusal begins with the field it is about: "title must be shorter than …". */
function faultsOf(said: string): FieldFault[] {
  const [, name = '', message = ''] = /^(\w+) (.+)$/s.exec(clean(said)) ?? [];
  const field = Object.hasOwn(fieldNames, name) ? fieldNames[name] : undefined;
  return field === undefined ? [] : [{ field, message }];
}

function unavailable({ status, headers }: Answer): HubError {
  const afterMs = retryAfterMs(headers);
  return new HubError('provider.unavailable', `Linear has a fault (${status}).`, {
    ...(afterMs === null ? { retry: 'later' } : { retry: 'after', afterMs: bounded(afterMs) }),
    details: { status },
  });
}

function rateLimited({ status, headers }: Answer): HubError {
  const afterMs = bounded(retryAfterMs(headers) ?? untilResetMs(headers) ?? shortPauseMs);
  return new HubError(
    'provider.rate_limited',
    `Linear’s rate limit is reached; it asks us to wait ${Math.ceil(afterMs / 1000)} s.`,
    { retry: 'after', afterMs, details: { status } },
  );
}

function retryAfterMs(headers: Headers): number | null {
  const value = headers.get('retry-after')?.trim() ?? '';
  return /^\d{1,9}$/.test(value) ? Number(value) * 1000 : null;
}

/** The budget that is used up says when it is filled again, as a moment in milliseconds. */
function untilResetMs(headers: Headers): number | null {
  for (const budget of ['requests', 'complexity', 'endpoint-requests']) {
    const isUsedUp = Number(headers.get(`x-ratelimit-${budget}-remaining`) ?? Number.NaN) <= 0;
    const reset = Number(headers.get(`x-ratelimit-${budget}-reset`) ?? Number.NaN);
    if (isUsedUp && Number.isFinite(reset)) return reset - serviceNow(headers);
  }
  return null;
}

/** The service's clock, so that ours may be wrong. */
function serviceNow(headers: Headers): number {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? Date.now() : date;
}

const bounded = (ms: number): number => Math.min(Math.max(ms, shortestPauseMs), longestPauseMs);

function readErrors(json: unknown): LinearErrors | null {
  const read = errorsSchema.safeParse(json);
  return read.success ? read.data.errors : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A token that were echoed ends here, and so does what could not be stored. */
const clean = (text: string): string =>
  text
    .replace(/\blin_[a-z]+_\w+/g, '[removed]')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, messageChars)
    .toWellFormed();
