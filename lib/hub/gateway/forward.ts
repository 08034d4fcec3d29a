import {
  Agent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import type { Logger } from '#lib/observability/index';
import { answerHeaders, type ForwardRules, requestHeaders } from './forward-headers.ts';
import { sendProblem, sendRestarting } from './send-answer.ts';

/** From the request's last byte to the answer's first; streams may then last as long as they like. */
const firstByteMs = 120_000;
/** A process behind us that restarts is waited for; only requests without a body can be. */
const restartMs = 5_000;
const retryMs = 150;

/**
 * Connections to the processes behind us. A request with a body gets a connection of its own: a kept
 * one may be closed by the other side at that very moment, and a body cannot be sent twice.
 */
const kept = new Agent({ keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo' });
const single = new Agent({ keepAlive: false });

export interface ForwardTarget extends ForwardRules {
  url: string;
  log: Logger;
  isStopping(): boolean;
}

export const hasBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined ||
  Number(request.headers['content-length'] ?? 0) > 0;

/** Streams a request to the process behind us and its answer back, in step with the slower side. */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  target: ForwardTarget,
): void {
  attempt(request, response, target, Date.now() + restartMs);
}

function attempt(
  request: IncomingMessage,
  response: ServerResponse,
  target: ForwardTarget,
  deadline: number,
): void {
  const { hostname, port } = new URL(target.url);
  const withBody = hasBody(request);
  const upstream = httpRequest({
    hostname,
    port,
    method: request.method,
    path: request.url,
    headers: requestHeaders(request, target),
    agent: withBody ? single : kept,
    timeout: firstByteMs,
  });
  // A client that leaves takes its request along; one that was answered is done already.
  const abort = (): void => void upstream.destroy();
  response.once('close', abort);

  upstream.once('response', (answer) => {
    upstream.setTimeout(0);
    const headers = answerHeaders(answer.rawHeaders, answer.headers.connection);
    // Who counted it there says more; two counts under one name would be neither.
    if (answer.headers['ratelimit'] ?? answer.headers['ratelimit-policy']) dropLimit(response);
    if (target.isStopping()) headers.push('connection', 'close');
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
    // An answer that breaks off must break off for the client too, not look complete.
    pipeline(answer, response, (error) => {
      if (error) target.log.debug('an answer broke off', { err: error, path: pathOf(request) });
    });
  });
  upstream.once('timeout', () => {
    sendProblem(response, 'provider.timeout');
    upstream.destroy();
  });
  upstream.once('error', (error: NodeJS.ErrnoException) => {
    response.off('close', abort);
    if (response.headersSent || response.destroyed) return;
    const wasRefused = error.code === 'ECONNREFUSED';
    const isStale = upstream.reusedSocket && isRepeatable(request.method);
    if (!withBody && (wasRefused || isStale) && Date.now() < deadline) {
      setTimeout(
        () => {
          if (!response.destroyed) attempt(request, response, target, deadline);
        },
        wasRefused ? retryMs : 0,
      );
      return;
    }
    target.log.warn('a part behind the gateway does not answer', {
      part: target.upstream,
      path: pathOf(request),
      err: error,
    });
    sendRestarting(request, response);
    request.resume();
  });
  if (withBody) request.pipe(upstream);
  else upstream.end();
}

function dropLimit(response: ServerResponse): void {
  for (const name of ['ratelimit', 'ratelimit-policy']) response.removeHeader(name);
}

const isRepeatable = (method: string | undefined): boolean =>
  method === 'GET' || method === 'HEAD' || method === 'OPTIONS';

/** For the log: without the query, which may carry a code, and without an invitation's token. */
const pathOf = (request: IncomingMessage): string =>
  ((request.url ?? '').split('?')[0] ?? '').replace(/(\/invitations\/)[^/]+/, '$1…');

export function closeForwarding(): void {
  kept.destroy();
  single.destroy();
}
