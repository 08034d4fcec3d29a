import { type ErrorCode, errorCodes } from './error-codes.ts';
import type { JsonObject } from './json.ts';

/** `never`: the same call will fail again; `later`: after a backoff; `after`: once afterMs have passed. */
export type RetryAdvice = 'never' | 'later' | 'after';

export interface HubErrorOptions {
  retry?: RetryAdvice;
  /** Milliseconds; only with retry `after`. */
  afterMs?: number;
  cause?: unknown;
  /** Facts for the reader; must never hold a secret, because it is logged and shown. */
  details?: JsonObject;
}

/** The one error that crosses a room's door. `message` is a sentence that may be shown to a user. */
export class HubError extends Error {
  readonly code: ErrorCode;
  readonly retry: RetryAdvice;
  readonly afterMs: number | undefined;
  readonly details: JsonObject | undefined;

  constructor(code: ErrorCode, message?: string, options: HubErrorOptions = {}) {
    super(message ?? errorCodes[code].title, { cause: options.cause });
    this.name = 'HubError';
    this.code = code;
    this.retry = options.retry ?? 'never';
    this.afterMs = options.afterMs;
    this.details = options.details;
  }

  get status(): number {
    return errorCodes[this.code].status;
  }
}

/** Modules may be loaded twice in one process (bundle and plain Node), so the name decides, not the class. */
export function isHubError(value: unknown): value is HubError {
  return value instanceof Error && value.name === 'HubError' && 'code' in value;
}

export function toHubError(value: unknown): HubError {
  return isHubError(value)
    ? value
    : new HubError('internal.unexpected', undefined, { cause: value });
}
