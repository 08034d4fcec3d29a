import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '#lib/core/index';

export interface TokenDesk {
  url: string;
  hostPort: string;
  /** A code only the server of this connector gives. */
  mint(connector: string): string;
  /** Codes that arrived: at whose token endpoint, and whose they are. */
  received: { at: string; of: string }[];
  close(): Promise<void>;
}

/** The token endpoints of all connectors, each under its own path; every code is remembered. */
export async function startTokenDesk(): Promise<TokenDesk> {
  const minted = new Map<string, string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      const at = request.url?.split('/')[1] ?? '';
      desk.received.push({ at, of: minted.get(form.get('code') ?? '') ?? 'nobody' });
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end('{"error":"invalid_grant"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hostPort = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const desk: TokenDesk = {
    url: `http://${hostPort}`,
    hostPort,
    received: [],
    mint: (connector) => {
      const code = newId();
      minted.set(code, connector);
      return code;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return desk;
}
