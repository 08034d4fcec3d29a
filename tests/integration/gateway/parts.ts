import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import postgres from 'postgres';
import { inject } from 'vitest';
import type { Db } from '#lib/db/index';
import { type Gateway, type GatewayOptions, startGateway } from '#lib/hub/gateway';
import { inboundLimits } from '#lib/hub/inbound-limits';
import type { Receiver } from '#lib/webhooks/index';
import { silent } from '../webhooks/inbox-fixture.ts';

export interface Part {
  url: string;
  port: number;
  server: Server;
  /** What reached it, oldest first. */
  seen: IncomingMessage[];
  close(): Promise<void>;
}

/** A process behind the gateway, in this one. */
export async function startPart(answer: RequestListener, port = 0): Promise<Part> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const at = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${at}`,
    port: at,
    server,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const adminDb = (): Db =>
  postgres(inject('postgres').superuserUrl, { max: 1, onnotice: () => undefined }) as unknown as Db;

const noWebhooks: Receiver = {
  receive: () => Promise.reject(new Error('no webhook was expected')),
  close: () => Promise.resolve(),
};

export const token = 'the gateway token of this test';

/** A gateway before the given parts; what is not given is off. */
export function gatewayBefore(
  options: Partial<GatewayOptions> & Pick<GatewayOptions, 'db' | 'webUrl'>,
): Promise<Gateway> {
  return startGateway({
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    publicUrl: undefined,
    token,
    supabaseUrl: undefined,
    sandboxUrl: undefined,
    workerHealthUrl: undefined,
    receiver: noWebhooks,
    limits: inboundLimits({ db: options.db, env: { RATE_LIMITS: 'memory' }, log: silent }),
    log: silent,
    ...options,
  });
}

/** Writes bytes and reads until the other side closes. */
export function exchange(
  port: number,
  text: string,
  encoding: 'utf8' | 'latin1' = 'utf8',
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text, encoding));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.once('close', () => resolve(answer));
    socket.once('error', reject);
  });
}
