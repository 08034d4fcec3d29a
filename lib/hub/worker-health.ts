import { createServer } from 'node:http';
import type { Db } from '#lib/db/index';
import type { Health } from './schema.ts';

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

export interface WorkerHealth extends Health {
  /** How due rows are heard of. */
  mode: 'listen' | 'poll';
}

const probeMs = 1_500;

export async function readWorkerHealth(
  db: Db,
  state: { version: string; mode: 'listen' | 'poll'; isQueueRunning: boolean },
): Promise<WorkerHealth> {
  const isUp = await Promise.race([
    db`select 1`.then(
      () => true,
      () => false,
    ),
    new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), probeMs).unref();
    }),
  ]);
  const isWorking = isUp && state.isQueueRunning;
  return {
    status: isWorking ? 'ok' : 'down',
    version: state.version,
    mode: state.mode,
    parts: [
      {
        name: 'database',
        status: isUp ? 'ok' : 'down',
        detail: isUp ? null : 'PostgreSQL does not answer',
      },
      { name: 'queue', status: state.isQueueRunning ? 'ok' : 'starting', detail: null },
      {
        name: 'listening',
        status: 'ok',
        detail: state.mode === 'listen' ? null : 'polling: no session connection',
      },
    ],
  };
}

/** GET /health and GET /metrics on loopback, for the gateway and the operator. */
export function startHealthServer(
  port: number,
  pages: { health(): Promise<WorkerHealth>; metrics(): Promise<string> },
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const answer = async (): Promise<[number, string, string]> => {
      if (request.method === 'GET' && request.url === '/metrics') {
        return [200, 'text/plain; version=0.0.4', await pages.metrics()];
      }
      if (request.method === 'GET' && request.url === '/health') {
        const health = await pages.health();
        return [health.status === 'ok' ? 200 : 503, 'application/json', JSON.stringify(health)];
      }
      return [404, 'text/plain', 'Not found\n'];
    };
    answer().then(
      ([status, type, body]) => response.writeHead(status, { 'content-type': type }).end(body),
      () => response.writeHead(503).end(),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address ? address.port : port,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}
