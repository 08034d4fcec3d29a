import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, type Db } from '#lib/db/index';
import { createWorker, type Worker } from '#lib/hub/worker';
import { type Logger, logger } from '#lib/observability/index';
import { installQueue } from '#lib/queue/index';
import { generateKeyPair } from '#lib/security/index';
import { makeWorld, type World } from './delivery-world.ts';

export interface Heard {
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** A receiver of webhooks that keeps what it heard and answers as it is told. */
export interface Receiver {
  url: string;
  hostPort: string;
  heard: Heard[];
  /** Null: it takes the request and never says anything. */
  answer: (heard: Heard, nth: number) => Answer | null;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const heard = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      receiver.heard.push(heard);
      const answer = receiver.answer(heard, receiver.heard.length);
      if (!answer) return;
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    hostPort: `127.0.0.1:${port}`,
    heard: [],
    answer: () => ({ status: 200, body: 'ok' }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}

export interface WebhookWorld extends World {
  keys: { worker: ReturnType<typeof generateKeyPair>; gateway: ReturnType<typeof generateKeyPair> };
  /** The real worker, with a pool of its own. */
  startWorker(allow: readonly string[], log?: Logger): Promise<Worker>;
}

export async function makeWebhookWorld(): Promise<WebhookWorld> {
  const world = await makeWorld();
  await installQueue({ url: world.database.migrateUrl });
  const keys = { worker: generateKeyPair(), gateway: generateKeyPair() };
  const running: { worker: Worker; db: Db }[] = [];
  return {
    ...world,
    keys,
    startWorker: async (allow, log = logger('test', 'silent')) => {
      const db = connect({ url: world.database.workerUrl, name: 'webhook-worker', max: 10 });
      const worker = createWorker({
        settings: {
          SEAL_WORKER_PRIVATE_KEY: keys.worker.privateKey,
          SEAL_GATEWAY_PUBLIC_KEY: keys.gateway.publicKey,
          OUTGOING_ALLOW: [...allow],
          POLL_SECONDS: 3_600,
          SANDBOX_URL: undefined,
          PUBLIC_URL: undefined,
          PORT: 3_000,
          DATABASE_URL_WORKER_SESSION: world.database.workerUrl,
        },
        db,
        log,
        version: 'test',
      });
      running.push({ worker, db });
      await worker.start();
      return worker;
    },
    close: async () => {
      for (const { worker, db } of running) {
        await worker.stop({ drainMs: 2_000 });
        await db.end();
      }
      await world.close();
    },
  };
}
