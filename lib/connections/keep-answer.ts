import type { HttpAnswer, HttpRequest } from '#lib/connectors/protocol/index';
import { isHubError } from '#lib/core/index';
import { answerKey, isKeepable } from '#lib/resilience/index';
import { addressOf } from './address-of.ts';
import type { RawAnswer } from './make-call.ts';
import type { ProviderHttpOptions } from './provider-http.ts';

/** The same address may answer differently to another version or language. */
const keyOf = ({ baseUrl }: ProviderHttpOptions, request: HttpRequest): Buffer =>
  answerKey([
    addressOf(baseUrl, request).toString(),
    ...Object.entries(request.headers ?? {})
      .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
      .toSorted(),
  ]);

/**
 * Asks with the mark of the answer that is kept. "Unchanged" becomes that answer again, so that the
 * connector sees no difference; a new answer takes its place. The service judges the present
 * credential every time: nothing is shown that this account may not see now.
 */
export async function askKept(
  options: ProviderHttpOptions,
  request: HttpRequest,
  ask: (request: HttpRequest) => Promise<RawAnswer>,
): Promise<HttpAnswer> {
  const { answers } = options.guards;
  if (!answers || request.etag !== undefined) return ask(request);
  const key = keyOf(options, request);
  const kept = await answers.find(key);
  const answer = await ask(kept ? { ...request, etag: kept.etag } : request);
  if (answer.status === 304 && kept) {
    const headers = new Headers(answer.headers);
    if (kept.link !== null && !headers.has('link')) headers.set('link', kept.link);
    return { ...answer, status: 200, headers, json: JSON.parse(kept.body), etag: kept.etag };
  }
  const fresh = {
    etag: answer.etag ?? '',
    body: answer.body.toString('utf8'),
    link: answer.headers.get('link'),
  };
  if (answer.status === 200 && isKeepable(fresh)) await answers.keep(key, fresh);
  return answer;
}

/** The same question asked twice at one moment by this worker is one call. */
export async function askOnce(
  options: ProviderHttpOptions,
  request: HttpRequest,
  ask: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const { asking, budget } = options.guards;
  const name = `${keyOf(options, request).toString('hex')} ${request.etag ?? ''}`;
  const under = asking.get(name);
  if (under) {
    try {
      const answer = await under;
      budget.save(1);
      options.onSaved?.('together', 1);
      return answer;
    } catch (error) {
      // A fault of the service is everybody's; who gave up, gave up for themselves.
      if (isHubError(error) || options.signal.aborted) throw error;
    }
  }
  const flight = ask().finally(() => {
    if (asking.get(name) === flight) asking.delete(name);
  });
  asking.set(name, flight);
  return flight;
}
