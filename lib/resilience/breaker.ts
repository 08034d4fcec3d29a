import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel';
import { type ErrorCode, HubError, isHubError } from '#lib/core/index';

/** Faults of the service itself. A refusal is an answer and opens nothing. */
const serviceFaults: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'provider.unavailable',
  'provider.timeout',
  'provider.unreachable',
  'provider.bad_answer',
  'provider.answer_too_large',
]);

/** In a row, before the breaker opens. */
const openAfterFaults = 5;
/** How long it stays open: doubling from the first to the last. */
const firstOpenMs = 2_000;
const lastOpenMs = 60_000;

export interface Breaker {
  /** Runs the call, or refuses at once while the service is resting. */
  run<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  state(): 'closed' | 'open' | 'half_open';
}

/** A circuit breaker for one connection, in this process. */
export function createBreaker(): Breaker {
  const policy: CircuitBreakerPolicy = circuitBreaker(
    handleWhen((error) => isHubError(error) && serviceFaults.has(error.code)),
    {
      breaker: new ConsecutiveBreaker(openAfterFaults),
      halfOpenAfter: new ExponentialBackoff({ initialDelay: firstOpenMs, maxDelay: lastOpenMs }),
    },
  );
  return {
    state: () => {
      if (policy.state === CircuitState.Closed) return 'closed';
      return policy.state === CircuitState.HalfOpen ? 'half_open' : 'open';
    },
    run: async (call, signal) => {
      try {
        return await policy.execute(call, signal);
      } catch (error) {
        if (!isBrokenCircuitError(error)) throw error;
        throw new HubError(
          'provider.unavailable',
          'The service failed several times in a row and is left alone for a moment.',
          { retry: 'after', afterMs: firstOpenMs, details: { sent: false, breaker: 'open' } },
        );
      }
    },
  };
}
