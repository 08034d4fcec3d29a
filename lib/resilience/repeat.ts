import { DelegateBackoff, handleWhen, retry } from 'cockatiel';
import { type Clock, isHubError } from '#lib/core/index';

export interface RepeatOptions {
  /** Calls in all, the first among them. */
  attempts: number;
  /** Upper bound of the first wait; doubles each time. */
  baseMs: number;
  capMs: number;
  clock: Clock;
  /** Whether this error of this call may be answered by calling again. */
  mayRepeat(error: unknown): boolean;
  onRepeat?: (error: unknown, waitMs: number) => void;
}

/**
 * Full jitter: anything between nothing and the exponential bound, so that callers who failed
 * together do not return together. A wait the service named wins over it.
 */
export function waitBefore(
  attempt: number,
  error: unknown,
  options: Pick<RepeatOptions, 'baseMs' | 'capMs' | 'clock'>,
): number {
  if (isHubError(error) && error.retry === 'after' && error.afterMs !== undefined) {
    return error.afterMs;
  }
  const bound = Math.min(options.capMs, options.baseMs * 2 ** (attempt - 1));
  return Math.floor(options.clock.random() * bound);
}

/**
 * Calls again after faults that pass. Waits longer than capMs are not waited here: the error goes to
 * the caller, whose row says when to come back.
 */
export function repeat<T>(
  options: RepeatOptions,
  call: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const worthIt = (error: unknown): boolean =>
    options.mayRepeat(error) &&
    !(isHubError(error) && error.retry === 'after' && (error.afterMs ?? 0) > options.capMs);
  const policy = retry(handleWhen(worthIt), {
    maxAttempts: options.attempts - 1,
    backoff: new DelegateBackoff((context) => {
      const error = 'error' in context.result ? context.result.error : undefined;
      const waitMs = waitBefore(context.attempt, error, options);
      options.onRepeat?.(error, waitMs);
      return waitMs;
    }),
  });
  return policy.execute(call, signal);
}
