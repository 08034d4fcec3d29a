import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { ProxyAnswer, ProxyCall } from '#lib/connections/index';
import { type Clock, HubError, isHubError, type JsonObject, limits } from '#lib/core/index';
import { captureError, type Logger } from '#lib/observability/index';
import { createCallChecker } from '#lib/security/index';
import { answerKind, passedCallSchema } from './worker-wire.ts';

export interface ListenerOptions {
  host: string;
  port: number;
  /** Shared with the web process alone. */
  secret: string;
  clock: Clock;
  log: Logger;
  proxy(
    at: { workspaceId: string; connectionId: string },
    call: ProxyCall & { body: Uint8Array | null },
    bounds: { signal: AbortSignal; maxBytes: number },
  ): Promise<ProxyAnswer>;
}

export interface Listener {
  port: number;
  /** Takes nothing more; what is under way may end within drainMs. */
  close(options?: { drainMs: number }): Promise<void>;
}

/** Of an answer that is streamed through. */
const streamedBytes = 26_214_400;

const bounds = {
  /** Calls at once; more wait for none. */
  openCalls: 64,
  headMs: 10_000,
  requestMs: 30_000,
  headerBytes: 24_576,
  tokenChars: 20_000,
} as const;

/**
 * The worker's own door for the web process: `POST /proxy` with a signed token that says what to
 * call, and the body as bytes. Answers stream. Everything else is 404; nobody else holds the secret.
 */
export function startWorkerListener(options: ListenerOptions): Promise<Listener> {
  const checker = createCallChecker(options.secret, options.clock);
  let openCalls = 0;
  const server = createServer(
    {
      maxHeaderSize: bounds.headerBytes,
      headersTimeout: bounds.headMs,
      requestTimeout: bounds.requestMs,
      insecureHTTPParser: false,
    },
    (request, response) => {
      openCalls += 1;
      serve(request, response)
        .catch((error: unknown) => fail(response, error, options.log))
        .finally(() => {
          openCalls -= 1;
        });
    },
  );

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST' || request.url !== '/proxy') {
      throw new HubError('resource.not_found');
    }
    if (openCalls > bounds.openCalls) {
      throw new HubError('request.rate_limited', 'Too many calls at once.', {
        retry: 'after',
        afterMs: 1_000,
      });
    }
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (token === '' || token.length > bounds.tokenChars) {
      throw new HubError('identity.unauthenticated');
    }
    const checked = await checker.check(token);
    const { workspace_id, connection_id, has_body, ...call } = passedCallSchema.parse(checked.call);
    const body = await readBody(request);
    checked.checkBody(body);
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('The caller left')));
    const answer = await options.proxy(
      { workspaceId: workspace_id, connectionId: connection_id },
      { ...call, body: has_body ? body : null },
      { signal: gone.signal, maxBytes: streamedBytes },
    );
    response.writeHead(answer.status, { ...answer.headers, [answerKind]: 'service' });
    await pipeline(answer.body, response);
  };

  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address ? address.port : options.port,
        close: ({ drainMs } = { drainMs: 0 }) =>
          new Promise((done) => {
            const cut = setTimeout(() => server.closeAllConnections(), drainMs);
            server.close(() => {
              clearTimeout(cut);
              done();
            });
            server.closeIdleConnections();
          }),
      });
    });
  });
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > limits.proxyBodyBytes) throw new HubError('request.too_large');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size);
}

/** Before the head a fault is told; after it the answer breaks off, so that it cannot look whole. */
function fail(response: ServerResponse, error: unknown, log: Logger): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  if (!isHubError(error)) captureError(log, error, 'A call could not be passed on');
  const told = isHubError(error) ? error : new HubError('internal.unexpected');
  const fault: JsonObject = {
    code: told.code,
    message: told.message,
    retry: told.retry,
    after_ms: told.afterMs ?? null,
    details: told.details ?? {},
  };
  response.writeHead(told.status, {
    'content-type': 'application/json',
    connection: 'close',
    [answerKind]: 'fault',
  });
  response.end(JSON.stringify(fault));
}
