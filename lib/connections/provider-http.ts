import type { HttpAnswer, HttpRequest, ProviderHttp } from '#lib/connectors/protocol/index';
import { type Clock, HubError, isHubError, limits } from '#lib/core/index';
import { counter, histogram } from '#lib/observability/index';
import { type Lane, readRateHeaders, repeat } from '#lib/resilience/index';
import type { Outgoing, OutgoingAnswer } from '#lib/security/index';
import type { Guards } from './guards.ts';
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
  onRepeat?: (error: HubError, waitMs: number) => void;
}

/** From the first byte sent to the last one read. */
const callTimeoutMs = 15_000;
const attempts = 3;
const firstWaitMs = 250;
const longestWaitMs = 4_000;
/** Of an answer that is an error; more is not needed to say what it was. */
const errorTextChars = 65_536;

const calls = counter('patchbay_provider_calls_total', 'Calls to providers', [
  'connector',
  'status',
]);
const seconds = histogram('patchbay_provider_call_seconds', 'Time a provider took', ['connector']);

/** `ctx.http`: authenticated, in its lane, within the budget, repeated where safe, never elsewhere. */
export function createProviderHttp(options: ProviderHttpOptions): ProviderHttp {
  const { guards, lane, signal } = options;
  return {
    send: (request) => {
      const isIdempotent = request.method === 'GET' || (request.isIdempotent ?? false);
      const once = (): Promise<HttpAnswer> =>
        guards.bulkhead.run(async () => {
          await guards.budget.take(lane, signal);
          return guards.breaker.run(() => authenticated(options, request));
        }, signal);
      return repeat(
        {
          attempts,
          baseMs: firstWaitMs,
          capMs: longestWaitMs,
          clock: options.clock,
          mayRepeat: (error) =>
            isHubError(error) && !signal.aborted && mayRepeat(error, isIdempotent),
          onRepeat: (error, waitMs) => {
            if (isHubError(error)) options.onRepeat?.(error, waitMs);
          },
        },
        once,
        signal,
      );
    },
  };
}

/** A token that is refused is renewed once; a refusal of the new one is the connection's fault. */
async function authenticated(
  options: ProviderHttpOptions,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const token = await options.token();
  try {
    return await call(options, request, token);
  } catch (error) {
    if (!isUnauthorized(error)) throw error;
  }
  const renewed = await options.token(token);
  try {
    return await call(options, request, renewed);
  } catch (error) {
    throw isUnauthorized(error) ? await options.onRefused() : error;
  }
}

const isUnauthorized = (error: unknown): boolean =>
  isHubError(error) && error.code === 'provider.unauthorized';

async function call(
  options: ProviderHttpOptions,
  request: HttpRequest,
  token: string,
): Promise<HttpAnswer> {
  const url = addressOf(options.baseUrl, request);
  const body = bodyOf(request);
  const stop = seconds.startTimer({ connector: options.connector });
  const startedMs = options.clock.now();
  let answer: OutgoingAnswer;
  try {
    answer = await options.outgoing.send({
      method: request.method,
      url,
      headers: headersOf(options, request, token, body?.type),
      ...(body === undefined ? {} : { body: body.text }),
      timeoutMs: callTimeoutMs,
      maxBytes: limits.providerBodyBytes,
      signal: options.signal,
    });
  } catch (error) {
    const status = isHubError(error) ? error.code : 'aborted';
    calls.inc({ connector: options.connector, status });
    throw error;
  } finally {
    stop();
  }
  calls.inc({ connector: options.connector, status: String(answer.status) });
  const nowMs = options.clock.now();
  options.guards.budget.learn(readRateHeaders(answer.headers, nowMs));
  return toAnswer(options, answer, (startedMs + nowMs) / 2);
}

function bodyOf({ form, json }: HttpRequest): { type: string; text: string } | undefined {
  if (form !== undefined) {
    const text = new URLSearchParams(form).toString();
    return { type: 'application/x-www-form-urlencoded', text };
  }
  if (json === undefined) return undefined;
  return { type: 'application/json', text: JSON.stringify(json) };
}

function headersOf(
  options: ProviderHttpOptions,
  request: HttpRequest,
  token: string,
  type: string | undefined,
): Record<string, string> {
  const authorize = options.authorize ?? bearer;
  return {
    accept: 'application/json',
    'user-agent': 'Patchbay',
    ...(type === undefined ? {} : { 'content-type': type }),
    ...(request.etag === undefined ? {} : { 'if-none-match': request.etag }),
    ...lowerNames(request.headers ?? {}),
    // Last, so that no connector replaces it.
    ...authorize(token),
  };
}

const lowerNames = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

function toAnswer(
  options: ProviderHttpOptions,
  answer: OutgoingAnswer,
  middleMs: number,
): HttpAnswer {
  const { status, headers, body } = answer;
  if (status !== 304 && (status < 200 || status > 299)) {
    const text = body.subarray(0, errorTextChars).toString('utf8');
    throw options.toError({ status, headers, text });
  }
  const date = Date.parse(headers.get('date') ?? '');
  const read: HttpAnswer = {
    status,
    headers,
    json: status === 304 ? null : parse(body, options.connector),
    etag: headers.get('etag'),
    // The Date header ticks in seconds: on average it stands half a second behind.
    clockOffsetMs: Number.isNaN(date) ? null : Math.round(date + 500 - middleMs),
  };
  const fault = status === 304 ? null : (options.findFault?.(read) ?? null);
  if (fault) throw fault;
  return read;
}

function parse(body: Buffer, connector: string): unknown {
  if (body.length === 0) return null;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // Without the text: it may be a page that echoes the request.
    throw new HubError(
      'provider.bad_answer',
      `${connector} answered with something else than JSON.`,
      {
        retry: 'later',
        details: { sent: true },
      },
    );
  }
}

/** The path is appended, never resolved, and may not climb out of the base. */
export function addressOf(baseUrl: string, request: Pick<HttpRequest, 'path' | 'query'>): URL {
  const base = new URL(baseUrl);
  const root = base.pathname.replace(/\/+$/, '');
  const url = new URL(`${base.origin}${root}${request.path}`);
  const isInside =
    request.path.startsWith('/') &&
    url.origin === base.origin &&
    url.username === '' &&
    (root === '' || url.pathname.startsWith(`${root}/`));
  if (!isInside) {
    throw new HubError('provider.host_refused', 'The credential may not go to this address.', {
      details: { sent: false },
    });
  }
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}
