import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect as dial } from 'node:net';
import { type Api, createApi } from '#lib/api/index';
import { proxyCall, proxyCommand } from '#lib/connections/index';
import { newId, systemClock } from '#lib/core/index';
import { createWebHub } from '#lib/hub/web';
import { type Listener, startWorkerListener } from '#lib/hub/worker-listener';
import { logger } from '#lib/observability/index';
import { createOutgoing } from '#lib/security/index';
import { testEnv } from '../api/web-fixture.ts';
import { makeWorld, type World } from '../connections/world.ts';

export const secret = 'a secret of web and worker, for tests';
const log = logger('test', 'silent');

export interface ProxyWorld {
  world: World;
  /** The service, in the hands of the test. */
  service: {
    answer: (request: IncomingMessage, response: ServerResponse) => void;
    asked: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
  };
  listener: Listener;
  /** The API of a web process that knows the listener under this address. */
  api(options?: { url?: string; secret?: string }): Api;
  cookie(userId: string): Promise<string>;
  connectionId: string;
  path(target: string): string;
  close(): Promise<void>;
}

export async function makeProxyWorld(): Promise<ProxyWorld> {
  const world = await makeWorld();
  const connectionId = await world.connect();
  const service: ProxyWorld['service'] = { asked: [], answer: (_, response) => response.end('{}') };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      service.asked.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      service.answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const hostPort = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  // The connection's API moves there; nothing else of it changes.
  await world.admin`
    update public.connections
    set endpoints = endpoints || jsonb_build_object('apiBaseUrl', ${`http://${hostPort}/api`}::text)
    where id = ${connectionId}`;
  const outgoing = createOutgoing({ allow: [hostPort] });
  const worker = { ...world.worker, outgoing };
  world.kinds['connections.proxy'] = proxyCommand(worker);
  const listener = await startWorkerListener({
    host: '127.0.0.1',
    port: 0,
    secret,
    clock: systemClock,
    log,
    proxy: (at, call, bounds) => proxyCall(worker, at, call, bounds),
  });
  return {
    world,
    service,
    listener,
    connectionId,
    api: (options = {}) => {
      const env = testEnv(world.database.webUrl, {
        SEAL_WORKER_PUBLIC_KEY: world.web.sealKey,
        WORKER_URL: options.url ?? `http://127.0.0.1:${listener.port}`,
        WORKER_SECRET: options.secret ?? secret,
      });
      return createApi(createWebHub({ env, db: world.web.db, log }));
    },
    cookie: async (userId) => {
      const token = randomBytes(32).toString('base64url');
      await world.admin`
        insert into private.sessions (id, token_hash, user_id, expires_at)
        values (${newId()}, sha256(${token}::text::bytea), ${userId}, now() + interval '1 hour')`;
      return `patchbay.session=${token}`;
    },
    path: (target) => `/connections/${connectionId}/proxy${target}`,
    close: async () => {
      await listener.close();
      outgoing.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await world.close();
    },
  };
}

/** Bytes as they are to a port, and everything that comes back until it hangs up. */
export function speak(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = dial(port, '127.0.0.1', () => socket.write(text));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? undefined : reject(error),
    );
  });
}

/** A port nobody listens on, a moment ago at least. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address ? address.port : 0;
}
