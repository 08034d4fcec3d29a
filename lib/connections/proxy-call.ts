import type { ConnectorManifest } from '#lib/connectors/protocol/index';
import { HubError, isHubError } from '#lib/core/index';
import { type Lane, readAnswerRates } from '#lib/resilience/index';
import type { OutgoingStream } from '#lib/security/index';
import { addressOf } from './address-of.ts';
import { connectorOf } from './client-of.ts';
import { freshCredential } from './fresh-credential.ts';

import { answerHeadersOf, type ProxyCall, readTarget, requestHeadersOf } from './proxy-shape.ts';
import { reportFault } from './report-fault.ts';
import { secretTexts } from './secret-texts.ts';
import { sendCredential } from './send-credential.ts';
import { refuseSecret, withholdSecret } from './withhold-secret.ts';
import type { ConnectionAt, ConnectionDeps } from './worker-deps.ts';

export interface ProxyAnswer {
  status: number;
  headers: Record<string, string>;
  body: AsyncGenerator<Uint8Array, void, undefined>;
}

/** People's own edits of records go first. */
const lane: Lane = 'refetch';
const headMs = 15_000;
const bodyMs = 120_000;

/**
 * Passes one call on to the service of a connection, with its credential and within its budget. Made
 * once and never repeated: only the caller knows whether that would do harm. Any status is an answer,
 * also 401, because an address that wants more than this credential is no sign that it is refused.
 */
export async function proxyCall(
  deps: ConnectionDeps,
  at: ConnectionAt,
  call: ProxyCall & { body: Uint8Array | null },
  bounds: { signal: AbortSignal; maxBytes: number },
): Promise<ProxyAnswer> {
  const { path, query } = readTarget(call.target);
  const headers = requestHeadersOf(Object.entries(call.headers));
  const { row, credential } = await freshCredential(deps, at, { signal: bounds.signal });
  const { manifest, endpoints } = connectorOf(deps, row);
  const url = addressOf(endpoints.apiBaseUrl, { path });
  url.search = query;
  const authorization = sendCredential(manifest, row.auth_kind)(credential.accessToken);
  const secrets = secretTexts(credential.accessToken, authorization);
  const send = () =>
    deps.outgoing.stream({
      method: call.method,
      url,
      headers: {
        accept: 'application/json',
        'user-agent': 'Patchbay',
        ...headers,
        ...authorization,
      },
      ...(call.body === null ? {} : { body: call.body }),
      timeoutMs: headMs,
      bodyMs,
      maxBytes: bounds.maxBytes,
      signal: bounds.signal,
    });
  const guards = deps.guards.shared(at, manifest.rate);
  try {
    const { rate } = manifest;
    const answer = await guarded(deps, guards, { send, signal: bounds.signal, rate });
    return handOn(answer, url, secrets);
  } catch (error) {
    if (isHubError(error)) await reportFault({ deps, at, runId: undefined, guards }, error);
    throw error;
  }
}

/** What of an answer may leave, or the fault that it is. */
function handOn(answer: OutgoingStream, url: URL, secrets: readonly string[]): ProxyAnswer {
  try {
    if (answer.status < 200 || answer.status > 599) {
      throw new HubError('provider.bad_answer', 'The status of the answer is none of HTTP.');
    }
    refuseRedirect(answer, url);
    const headers = answerHeadersOf(answer.headers);
    refuseSecret(headers, secrets);
    return { status: answer.status, headers, body: withholdSecret(answer.body, secrets) };
  } catch (error) {
    answer.close();
    throw error;
  }
}

type Guards = ReturnType<ConnectionDeps['guards']['shared']>;

/** Place, budget and breaker as for any other call of the connection. */
function guarded(
  deps: ConnectionDeps,
  guards: Guards,
  call: {
    send: () => Promise<OutgoingStream>;
    signal: AbortSignal;
    rate: ConnectorManifest['rate'];
  },
): Promise<OutgoingStream> {
  return guards.bulkhead.run(
    lane,
    async () => {
      const ticket = await guards.budget.take(lane, call.signal);
      let answer: OutgoingStream | null = null;
      try {
        await guards.breaker.run(async () => {
          answer = await call.send();
          // For the breaker a fault like any other; for the caller an answer.
          if (answer.status >= 500) throw new HubError('provider.unavailable');
        });
      } catch (error) {
        if (answer === null) throw error;
      } finally {
        settle(ticket, answer, call.rate, deps.clock.now());
      }
      if (answer === null) throw new HubError('provider.unreachable');
      return answer;
    },
    call.signal,
  );
}

function settle(
  ticket: Awaited<ReturnType<Guards['budget']['take']>>,
  answer: OutgoingStream | null,
  rate: ConnectorManifest['rate'],
  nowMs: number,
): void {
  if (answer === null) {
    ticket.end();
    return;
  }
  ticket.end({ facts: readAnswerRates(answer, nowMs, rate.headers ?? undefined) });
}

/**
 * A redirect is neither followed here nor handed to a browser that would follow it. One to the same
 * host says where; another address is the service's business.
 */
function refuseRedirect(answer: OutgoingStream, url: URL): void {
  if (answer.status < 300 || answer.status > 399 || answer.status === 304) return;
  const to = answer.headers.get('location');
  const parsed = to !== null && URL.canParse(to, url) ? new URL(to, url) : null;
  const isHere = parsed?.origin === url.origin;
  throw new HubError(
    'provider.redirected',
    isHere
      ? 'The service points to another path of its API; ask for that one.'
      : 'The service points to another host, which is not followed.',
    { details: { status: answer.status, location: isHere ? parsed.pathname : null, sent: true } },
  );
}
