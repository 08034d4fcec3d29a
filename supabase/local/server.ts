import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from '#lib/observability/index';
import { startRealtime } from './realtime/server.ts';
import { startRest } from './rest.ts';

export interface LocalSupabaseOptions {
  /** 0 takes a free one. */
  port: number;
  restUrl: string;
  realtimeUrl: string;
  jwtSecret: string;
  publishableKey: string;
  secretKey: string;
  log: Logger;
  idleMs?: number;
}

export interface LocalSupabase {
  port: number;
  url: string;
  /** Whether broadcasts arrive at this moment. */
  isListening(): boolean;
  connections(): number;
  close(): Promise<void>;
}

const drainMs = 5_000;

/** REST and Realtime on one loopback port. Restarts of PostgreSQL are survived, not reported as exits. */
export async function startLocalSupabase(options: LocalSupabaseOptions): Promise<LocalSupabase> {
  const rest = await startRest({ ...options, url: options.restUrl });
  const realtime = startRealtime({ ...options, url: options.realtimeUrl });
  let stopping = false;
  const server = createServer((request, response) => {
    // Keep-alive connections would otherwise hold the server open.
    if (stopping) response.setHeader('connection', 'close');
    const path = resolvedPath(request);
    if (path.startsWith('/rest/v1/')) rest.handle(request, response);
    else if (path.startsWith('/realtime/v1/')) realtime.handle(request, response);
    else if (path === '/health') health(request, response, realtime.isListening());
    else response.writeHead(404).end();
  });
  server.on('upgrade', (request, socket, head) => {
    if (resolvedPath(request) === '') socket.destroy();
    else realtime.upgrade(request, socket, head);
  });
  const port = await listen(server, options.port);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    isListening: () => realtime.isListening(),
    connections: () => realtime.connections(),
    close: async () => {
      stopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cutOff = setTimeout(() => server.closeAllConnections(), drainMs);
      await realtime.close();
      await closed;
      clearTimeout(cutOff);
      await rest.close();
    },
  };
}

/**
 * The path as whoever answers will read it, or '' for none: `/rest/v1/../../auth/v1` is Lite's
 * sign-in, which is not offered, and `//` is no address at all.
 */
function resolvedPath(request: IncomingMessage): string {
  const url = request.url ?? '';
  return URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost').pathname : '';
}

/** 200 while the database can be heard, 503 while it is away. */
function health(request: IncomingMessage, response: ServerResponse, listening: boolean): void {
  request.resume();
  response.writeHead(listening ? 200 : 503, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ realtime: listening ? 'listening' : 'reconnecting' }));
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('No port was given.'));
      else resolve(address.port);
    });
  });
}
