import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { now } from './paint.ts';

/** Where deliveries go. */
export interface Destination {
  url: string;
  hostPort: string;
  /** When each delivery came first, by its id, oldest first. */
  heard: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** `silent` takes every delivery and never says a word: what holds a sender longest. */
export async function openDestination(manner: 'answers' | 'silent'): Promise<Destination> {
  const heard = new Map<string, number>();
  const server = createServer((request, response) => {
    const id = String(request.headers['webhook-id']);
    if (!heard.has(id)) heard.set(id, now());
    request.resume();
    if (manner === 'answers') request.once('end', () => response.end('ok'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const hostPort = `127.0.0.1:${port}`;
  return {
    url: `http://${hostPort}/hook`,
    hostPort,
    heard,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
