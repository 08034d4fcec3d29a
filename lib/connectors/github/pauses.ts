import { HubError } from '#lib/core/index';

/** GitHub asks for at least a minute after a secondary limit that names no time. */
const secondaryPauseMs = 60_000;
/** A pause is never shorter, so that a clock a little off does not make a busy loop, nor longer. */
const shortestPauseMs = 1_000;
const longestPauseMs = 7_200_000;

interface Answer {
  status: number;
  headers: Headers;
}

export const unavailable = (answer: Answer): HubError => {
  const afterMs = retryAfterMs(answer.headers);
  return new HubError('provider.unavailable', `GitHub has a fault (${answer.status}).`, {
    ...(afterMs === null ? { retry: 'later' } : { retry: 'after', afterMs: bounded(afterMs) }),
    details: { status: answer.status },
  });
};

export function isRateLimit(answer: Answer, message: string): boolean {
  return (
    answer.headers.has('retry-after') ||
    answer.headers.get('x-ratelimit-remaining') === '0' ||
    /rate limit|abuse detection/i.test(message)
  );
}

export function rateLimited(answer: Answer, message = ''): HubError {
  const { headers } = answer;
  const isUsedUp = headers.get('x-ratelimit-remaining') === '0';
  const afterMs = bounded(
    retryAfterMs(headers) ?? (isUsedUp ? untilResetMs(headers) : null) ?? secondaryPauseMs,
  );
  const kind = /secondary|abuse/i.test(message) ? 'secondary limit' : 'rate limit';
  return new HubError(
    'provider.rate_limited',
    `GitHub’s ${kind} is reached; it asks us to wait ${Math.ceil(afterMs / 1000)} s.`,
    { retry: 'after', afterMs, details: { status: answer.status } },
  );
}

/** RFC 9110 §10.2.3: seconds, or a date, which is read against the service's own Date. */
function retryAfterMs(headers: Headers): number | null {
  const value = headers.get('retry-after');
  if (value === null) return null;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : at - serviceNow(headers);
}

function untilResetMs(headers: Headers): number | null {
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  return Number.isFinite(reset) ? reset * 1000 - serviceNow(headers) : null;
}

/** The service's clock, so that ours may be wrong. */
function serviceNow(headers: Headers): number {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? Date.now() : date;
}

const bounded = (ms: number): number => Math.min(Math.max(ms, shortestPauseMs), longestPauseMs);
