/** What an answer says about how much more may be asked. Durations in milliseconds from now. */
export interface RateFacts {
  limit: number | null;
  remaining: number | null;
  resetInMs: number | null;
  /** Nothing is to be asked before. */
  retryInMs: number | null;
}

/** Names of the headers of one service, and what its reset is counted in. */
export interface RateHeaderNames {
  limit: string;
  remaining: string;
  reset: string;
  resetUnit: 'epoch_s' | 'epoch_ms' | 'delta_s';
}

const usualNames: RateHeaderNames = {
  limit: 'x-ratelimit-limit',
  remaining: 'x-ratelimit-remaining',
  reset: 'x-ratelimit-reset',
  resetUnit: 'epoch_s',
};

/** Longer waits than a day are a mistake of the other side and are cut. */
const maxWaitMs = 86_400_000;

/**
 * Limit, remaining and reset under the service's own names, and Retry-After (RFC 9110 §10.2.3:
 * seconds or a date). A moment of the service's is measured against its own Date, when it says one.
 */
export function readRateHeaders(
  headers: Headers,
  nowMs: number,
  names: RateHeaderNames = usualNames,
): RateFacts {
  const date = Date.parse(headers.get('date') ?? '');
  const theirNowMs = Number.isNaN(date) ? nowMs : date;
  return {
    limit: readCount(headers.get(names.limit)),
    remaining: readCount(headers.get(names.remaining)),
    resetInMs: readReset(readNumber(headers.get(names.reset)), names.resetUnit, theirNowMs),
    retryInMs: readRetryAfter(headers.get('retry-after'), theirNowMs),
  };
}

/** A fault of one endpoint silences the whole account no longer than this, whatever it asks for. */
const faultWaitMs = 60_000;

/**
 * What an answer means for the whole account. On a success Retry-After speaks of the object; on a
 * fault (5xx) it may speak of one endpoint only, so the account rests for a minute at most.
 */
export function readAnswerRates(
  answer: { status: number; headers: Headers },
  nowMs: number,
  names?: RateHeaderNames,
): RateFacts {
  const facts = readRateHeaders(answer.headers, nowMs, names);
  if (answer.status < 400) return { ...facts, retryInMs: null };
  if (answer.status < 500 || facts.retryInMs === null) return facts;
  return { ...facts, retryInMs: Math.min(facts.retryInMs, faultWaitMs) };
}

function readReset(
  value: number | null,
  unit: RateHeaderNames['resetUnit'],
  theirNowMs: number,
): number | null {
  if (value === null) return null;
  const inMs =
    unit === 'delta_s' ? value * 1_000 : value * (unit === 'epoch_s' ? 1_000 : 1) - theirNowMs;
  return Math.min(inMs, maxWaitMs);
}

/** No service counts so far; a larger number stands for "without limit". */
const maxCount = 1_000_000_000;

function readCount(text: string | null): number | null {
  const value = readNumber(text);
  return value === null ? null : Math.min(value, maxCount);
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

/** A few services send decimals ("59.5"); the part behind the point is cut. */
function readNumber(text: string | null): number | null {
  const found = text === null ? null : /^(\d{1,15})(?:\.\d{1,6})?$/.exec(text.trim());
  return found ? Number(found[1]) : null;
}
