import { isHubError } from '#lib/core/index';
import type { SendOutcome } from './sender.ts';

/** What one call to a destination means: for its delivery, and for the destination as a whole. */
export interface Verdict {
  outcome: SendOutcome;
  /** ok: it answered as it should. fault: it cannot be relied on at the moment. none: says nothing of it. */
  health: 'ok' | 'fault' | 'none';
  /** It asks to be left alone: 429, 502, 504 as Standard Webhooks says, and any Retry-After. */
  throttle: boolean;
  /** How long, when it says so. */
  restMs: number | null;
}

export interface DestinationAnswer {
  status: number;
  retryAfter: string | null;
  excerpt: string;
  nowMs: number;
}

/** A wait somebody else names is believed up to here. */
export const retryAfterMaxMs = 24 * 3_600_000;

const throttling: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** Said of this message and not of the destination. */
const aboutTheMessage: ReadonlySet<number> = new Set([400, 409, 413, 414, 415, 422]);

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#success-and-failure */
export function judgeAnswer({ status, retryAfter, excerpt, nowMs }: DestinationAnswer): Verdict {
  const said = { status, ...(excerpt === '' ? {} : { excerpt }) };
  if (status >= 200 && status < 300) {
    return { outcome: { type: 'delivered', ...said }, health: 'ok', throttle: false, restMs: null };
  }
  const fault = { ...said, code: `http.${status}`, reason: reasonOf(status) };
  if (status === 410) {
    return { outcome: { type: 'gone', ...fault }, health: 'none', throttle: false, restMs: null };
  }
  const restMs = readRetryAfter(retryAfter, nowMs);
  return {
    outcome: { type: 'retry', ...(restMs === null ? {} : { afterMs: restMs }), ...fault },
    health: status === 429 ? 'none' : aboutTheMessage.has(status) ? 'ok' : 'fault',
    throttle: throttling.has(status),
    restMs: throttling.has(status) ? restMs : null,
  };
}

/** A call that brought no answer. */
export function judgeFault(error: unknown): Verdict {
  if (!isHubError(error)) throw error;
  const { code, message: reason } = error;
  // An address the guard refuses may be allowed or put right; until then it is as good as dead.
  const health = code.startsWith('provider.') ? 'fault' : 'none';
  return {
    outcome: {
      type: 'retry',
      code,
      reason,
      ...(error.afterMs === undefined ? {} : { afterMs: error.afterMs }),
    },
    health,
    throttle: false,
    restMs: null,
  };
}

function reasonOf(status: number): string {
  if (status >= 300 && status < 400) {
    return `It answered ${status}, a redirect; those are not followed. Give the address it leads to.`;
  }
  if (status === 410) return 'It answered 410: it does not want anything any more.';
  if (status === 401 || status === 403) return `It answered ${status}: it does not let us in.`;
  if (status === 404) return 'It answered 404: nothing is there.';
  if (status === 429) return 'It answered 429: it is asked too much.';
  return `It answered ${status}.`;
}

/** RFC 9110 §10.2.3: seconds or a date. Nonsense is as if it had said nothing. */
export function readRetryAfter(header: string | null, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (text === '' || text.length > 64) return null;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  if (Number.isNaN(ms) || ms < 0) return null;
  return Math.min(ms, retryAfterMaxMs);
}
