import type { HttpAnswer, HttpRequest } from '#lib/connectors/protocol/index';
import { HubError, isHubError, limits } from '#lib/core/index';
import { counter, histogram, inSpan, type SpanFacts } from '#lib/observability/index';
import { type RateFacts, readAnswerRates, sightOf, type Ticket } from '#lib/resilience/index';
import type { OutgoingAnswer } from '#lib/security/index';
import { addressOf } from './address-of.ts';
import { callLimits } from './call-limits.ts';
import type { ProviderHttpOptions } from './provider-http.ts';
import { maskSecrets, secretTexts } from './secret-texts.ts';

/** Of an answer that is an error; more is not needed to say what it was. */
const errorTextChars = 65_536;

const calls = counter('patchbay_provider_calls_total', 'Calls to providers', [
  'connector',
  'status',
]);
const seconds = histogram('patchbay_provider_call_seconds', 'Time a provider took', ['connector']);

/** An answer with the body as it came. */
export interface RawAnswer extends HttpAnswer {
  body: Buffer;
}

/** One call over the wire, in a span of its own. What the answer says of the budget is told at once. */
export function makeCall(
  options: ProviderHttpOptions,
  request: HttpRequest,
  token: string,
  ticket: Ticket,
): Promise<RawAnswer> {
  const url = addressOf(options.baseUrl, request);
  const facts = {
    'http.request.method': request.method,
    'server.address': url.hostname,
    'patchbay.connector': options.connector,
    'patchbay.lane': options.lane,
  };
  return inSpan(`${request.method} ${options.connector}`, facts, async (note) => {
    const startedMs = options.clock.now();
    const answer = await send(options, request, { url, token, ticket });
    const nowMs = options.clock.now();
    const call = { startedMs, endedMs: nowMs };
    // Who answers for a service that is down has a clock of its own.
    if (answer.status < 500) options.guards.clock.see(answer.headers, call);
    const secrets = secretTexts(token, (options.authorize ?? bearer)(token));
    return read(options, answer, { ticket, note, nowMs, call, secrets });
  });
}

async function send(
  options: ProviderHttpOptions,
  request: HttpRequest,
  { url, token, ticket }: { url: URL; token: string; ticket: Ticket },
): Promise<OutgoingAnswer> {
  const body = bodyOf(request);
  const stop = seconds.startTimer({ connector: options.connector });
  try {
    return await options.outgoing.send({
      method: request.method,
      url,
      headers: headersOf(options, request, token, body?.type),
      ...(body === undefined ? {} : { body: body.text }),
      timeoutMs: callLimits.timeoutMs,
      maxBytes: limits.providerBodyBytes,
      signal: options.signal,
    });
  } catch (error) {
    calls.inc({ connector: options.connector, status: isHubError(error) ? error.code : 'aborted' });
    // What certainly did not leave was not counted there either.
    if (isHubError(error) && error.details?.['sent'] === false) ticket.giveBack();
    else ticket.end();
    throw error;
  } finally {
    stop();
  }
}

interface Asked {
  ticket: Ticket;
  note: (facts: SpanFacts) => void;
  nowMs: number;
  call: { startedMs: number; endedMs: number };
  /** What no fault may repeat: it is logged, mailed and shown. */
  secrets: readonly string[];
}

function read(options: ProviderHttpOptions, answer: OutgoingAnswer, call: Asked): RawAnswer {
  const { status } = answer;
  calls.inc({ connector: options.connector, status: String(status) });
  call.note({ 'http.response.status_code': status });
  const facts = readAnswerRates(answer, call.nowMs, options.rateHeaders ?? undefined);
  try {
    const read = toAnswer(options, answer, call);
    call.ticket.end({ facts, isUncounted: status === 304 && facts.remaining !== null });
    return read;
  } catch (error) {
    call.ticket.end({ facts: withWait(facts, error) });
    throw error;
  }
}

/** A wait that only the connector understood (a body, an own header) is one for all workers too. */
function withWait(facts: RateFacts, error: unknown): RateFacts {
  if (!isHubError(error) || error.code !== 'provider.rate_limited') return facts;
  return { ...facts, retryInMs: Math.max(facts.retryInMs ?? 0, error.afterMs ?? 0) };
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
  { call, secrets }: Asked,
): RawAnswer {
  const { status, headers, body } = answer;
  if (status !== 304 && (status < 200 || status > 299)) {
    const text = body.subarray(0, errorTextChars).toString('utf8');
    // Before the connector reads it, which may cut it in the middle of a key.
    const masked = options.toError({ status, headers, text: maskSecrets(text, secrets) });
    throw withoutSecrets(masked, secrets);
  }
  const sight = sightOf(headers, call);
  const read: RawAnswer = {
    status,
    headers,
    body,
    json: status === 304 ? null : parse(body, options.connector),
    etag: headers.get('etag'),
    clockOffsetMs: sight && Math.round((sight.lowMs + sight.highMs) / 2),
  };
  const fault = status === 304 ? null : (options.findFault?.(read) ?? null);
  if (fault) throw withoutSecrets(fault, secrets);
  return read;
}

function withoutSecrets(error: HubError, secrets: readonly string[]): HubError {
  const message = maskSecrets(error.message, secrets);
  if (message === error.message) return error;
  const { code, retry, afterMs, details } = error;
  return new HubError(code, message, {
    retry,
    ...(afterMs === undefined ? {} : { afterMs }),
    ...(details === undefined ? {} : { details }),
  });
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
