/** What an answer says about how much more may be asked. Times in milliseconds since the epoch. */
export interface RateFacts {
  limit: number | null;
  remaining: number | null;
  resetAtMs: number | null;
  retryAtMs: number | null;
}

/** Longer waits than a day are a mistake of the other side and are cut. */
const maxWaitMs = 86_400_000;

/**
 * X-RateLimit-Limit, -Remaining and -Reset (seconds since the epoch, as GitHub and many others send
 * them) and Retry-After (RFC 9110 §10.2.3: seconds or a date).
 */
export function readRateHeaders(headers: Headers, nowMs: number): RateFacts {
  const resetSeconds = readNumber(headers.get('x-ratelimit-reset'));
  const retryMs = readRetryAfter(headers.get('retry-after'), nowMs);
  return {
    limit: readNumber(headers.get('x-ratelimit-limit')),
    remaining: readNumber(headers.get('x-ratelimit-remaining')),
    resetAtMs: resetSeconds === null ? null : Math.min(resetSeconds * 1000, nowMs + maxWaitMs),
    retryAtMs: retryMs === null ? null : nowMs + retryMs,
  };
}

/** Milliseconds to wait, or null when the header is absent or nonsense. */
export function readRetryAfter(text: string | null, nowMs: number): number | null {
  if (text === null) return null;
  const seconds = readNumber(text);
  if (seconds !== null) return Math.min(seconds * 1000, maxWaitMs);
  // Date.parse takes "-5" for a year; an HTTP date names its month.
  const date = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : Math.min(Math.max(0, date - nowMs), maxWaitMs);
}

function readNumber(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text.trim()) ? Number(text) : null;
}
