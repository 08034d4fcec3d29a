import type { HttpAnswer, HttpRequest, ProviderHttp } from '#lib/connectors/protocol/index';
import { type Clock, type HubError, isHubError } from '#lib/core/index';
import { type Lane, type RateHeaderNames, repeat } from '#lib/resilience/index';
import type { Outgoing } from '#lib/security/index';
import { callLimits } from './call-limits.ts';
import type { Guards } from './guards.ts';
import { askKept, askOnce } from './keep-answer.ts';
import { makeCall, type RawAnswer } from './make-call.ts';
import { mayRepeat } from './recovery.ts';

export interface ProviderHttpOptions {
  connector: string;
  baseUrl: string;
  outgoing: Outgoing;
  guards: Guards;
  lane: Lane;
  clock: Clock;
  signal: AbortSignal;
  /** How the token is sent; a bearer token where nothing is said. */
  authorize?: (token: string) => Record<string, string>;
  /** The token to send; `rejected` is one the service has just refused. */
  token(rejected?: string): Promise<string>;
  /** The service refused a token that had just been renewed; answers the error to throw. */
  onRefused(): Promise<HubError>;
  toError(answer: { status: number; headers: Headers; text: string }): HubError;
  /** See ConnectorApi. */
  findFault?: ((answer: HttpAnswer) => HubError | null) | undefined;
  /** What the service calls its count; the usual names where nothing is said. */
  rateHeaders?: RateHeaderNames | null;
  /** A fault was answered as the recovery table says, and the call goes on. */
  onRecovery?: (error: HubError, waitMs: number) => void;
  /** Calls that were not needed: an unchanged answer, or a question somebody was asking already. */
  onSaved?: (how: 'unchanged' | 'together', calls: number) => void;
}

const firstWaitMs = 250;
const longestWaitMs = 4_000;

/**
 * `ctx.http`: authenticated, in its lane, within the budget of all workers, left alone while the
 * service rests, repeated where safe, never elsewhere.
 */
export function createProviderHttp(options: ProviderHttpOptions): ProviderHttp {
  const ask = async (request: HttpRequest): Promise<RawAnswer> => {
    const answer = await repeated(options, request);
    if (answer.status === 304) {
      options.guards.budget.save(1);
      options.onSaved?.('unchanged', 1);
    }
    return answer;
  };
  return {
    send: (request) =>
      request.method === 'GET' && request.isKeepable
        ? askOnce(options, request, () => askKept(options, request, ask))
        : ask(request),
  };
}

function repeated(options: ProviderHttpOptions, request: HttpRequest): Promise<RawAnswer> {
  const { guards, lane, signal } = options;
  const isIdempotent = request.method === 'GET' || (request.isIdempotent ?? false);
  return repeat(
    {
      attempts: callLimits.attempts,
      baseMs: firstWaitMs,
      capMs: longestWaitMs,
      clock: options.clock,
      mayRepeat: (error) => isHubError(error) && !signal.aborted && mayRepeat(error, isIdempotent),
      onRepeat: (error, waitMs) => {
        if (isHubError(error)) options.onRecovery?.(error, waitMs);
      },
    },
    () => guards.bulkhead.run(lane, () => authenticated(options, request), signal),
    signal,
  );
}

/** A token that is refused is renewed once; a refusal of the new one is the connection's fault. */
async function authenticated(
  options: ProviderHttpOptions,
  request: HttpRequest,
): Promise<RawAnswer> {
  const token = await options.token();
  let refusal: HubError;
  try {
    return await guarded(options, request, token);
  } catch (error) {
    if (!isUnauthorized(error)) throw error;
    refusal = error;
  }
  const renewed = await options.token(token);
  options.onRecovery?.(refusal, 0);
  try {
    return await guarded(options, request, renewed);
  } catch (error) {
    throw isUnauthorized(error) ? await options.onRefused() : error;
  }
}

const isUnauthorized = (error: unknown): error is HubError =>
  isHubError(error) && error.code === 'provider.unauthorized';

/** Every call over the wire has a ticket of its own, a repeated one too. */
async function guarded(
  options: ProviderHttpOptions,
  request: HttpRequest,
  token: string,
): Promise<RawAnswer> {
  const { breaker, budget } = options.guards;
  breaker.check();
  const ticket = await budget.take(options.lane, options.signal);
  try {
    return await breaker.run(() => makeCall(options, request, token, ticket));
  } finally {
    // Of a call that was made this says nothing any more.
    ticket.giveBack();
  }
}
