/**
 * Realtime for the embedded database: private channels with broadcasts from the database, spoken as
 * supabase-js speaks it. What hosted Realtime has beyond that (postgres_changes, presence, public
 * channels, browser broadcasts, replay) is refused by name, never silently missing.
 *
 * Invariants: whoever receives a message passed the policies on realtime.messages with a token that
 * has not expired; nothing a browser sends reaches another browser; a restart of PostgreSQL costs
 * nobody their socket.
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import postgres from 'postgres';
import { WebSocketServer } from 'ws';
import type { Logger } from '#lib/observability/index';
import { createAuthorizer } from './authorizer.ts';
import { answerBroadcast, sameKey } from './broadcast-api.ts';
import { ClientConnection } from './client-connection.ts';
import { realtimeLimits } from './limits.ts';
import { MessageFeed } from './message-feed.ts';
import { pruneMessages } from './prune-messages.ts';
import { Subscriptions } from './subscriptions.ts';

export interface RealtimeOptions {
  /** Of the role `patchbay_realtime`; must be able to LISTEN, so no transaction pooler. */
  url: string;
  jwtSecret: string;
  publishableKey: string;
  secretKey: string;
  log: Logger;
  /** For tests that wait for the limit. */
  idleMs?: number;
}

export interface Realtime {
  /** `GET /realtime/v1/websocket?apikey=…&vsn=2.0.0` */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Anything else below /realtime/v1. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  isListening(): boolean;
  /** Sockets that are open now. */
  connections(): number;
  close(): Promise<void>;
}

export function startRealtime(options: RealtimeOptions): Realtime {
  const subscriptions = new Subscriptions();
  const authorizer = createAuthorizer(options);
  const feed = new MessageFeed({ url: options.url, subscriptions, log: options.log });
  const sql = postgres(options.url, { max: 2, connect_timeout: 5, onnotice: () => undefined });
  const clients = new Set<ClientConnection>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: realtimeLimits.frameBytes,
    perMessageDeflate: false,
  });
  const idleMs = options.idleMs ?? realtimeLimits.idleMs;
  const sweep = setInterval(
    () => {
      for (const client of clients) client.closeIfIdle(Date.now(), idleMs);
    },
    Math.min(realtimeLimits.sweepMs, idleMs),
  );
  const prune = setInterval(() => void pruneMessages(sql, options.log), realtimeLimits.pruneMs);
  sweep.unref();
  prune.unref();
  feed.start();
  return {
    upgrade: (request, socket, head) => {
      const problem = handshakeProblem(request, options, clients.size);
      if (problem) {
        refuse(socket, problem);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const client = new ClientConnection({ socket: webSocket, authorizer, subscriptions });
        clients.add(client);
        webSocket.once('close', () => clients.delete(client));
      });
    },
    handle: (request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      if (!path.startsWith('/realtime/v1/api/broadcast')) {
        response.writeHead(404).end();
        return;
      }
      answerBroadcast(request, response, { sql, secretKey: options.secretKey }).catch(
        (error: unknown) => {
          options.log.warn('a broadcast was not stored', { err: error });
          if (!response.headersSent) response.writeHead(503).end();
        },
      );
    },
    isListening: () => feed.isListening,
    connections: () => clients.size,
    close: async () => {
      clearInterval(sweep);
      clearInterval(prune);
      for (const client of clients) client.close(1001, 'going away');
      sockets.close();
      await feed.stop();
      await Promise.all([authorizer.close(), sql.end({ timeout: 2 })]);
    },
  };
}

interface Problem {
  status: number;
  message: string;
}

/** Refusals at the handshake are HTTP answers with {"error": …}, as hosted. */
function handshakeProblem(
  request: IncomingMessage,
  options: RealtimeOptions,
  connections: number,
): Problem | undefined {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname !== '/realtime/v1/websocket') return { status: 404, message: 'Not found' };
  if (searchParams.get('vsn') !== '2.0.0') {
    return { status: 400, message: 'Only protocol version 2.0.0 is spoken here' };
  }
  const key = searchParams.get('apikey') ?? undefined;
  if (!sameKey(key, options.publishableKey) && !sameKey(key, options.secretKey)) {
    return { status: 401, message: 'Invalid API key' };
  }
  if (connections >= realtimeLimits.connections) {
    return { status: 429, message: 'ConnectionRateLimitReached: Too many connected users' };
  }
  return undefined;
}

function refuse(socket: Duplex, problem: Problem): void {
  const body = JSON.stringify({ error: problem.message });
  socket.on('error', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
