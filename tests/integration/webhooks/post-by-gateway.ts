import { request as httpRequest } from 'node:http';
import type { Sent } from './bad-requests.ts';

export interface Answered {
  status: number;
  type: string | null;
  retryAfter: string | null;
  body: Record<string, unknown>;
}

/** Over a real socket: whatever a client can write, the gateway has to read. */
export function postByGateway(port: number, path: string, sent: Sent): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      port,
      host: '127.0.0.1',
      method: sent.method ?? 'POST',
      path,
      headers: {
        ...(sent.headers['transfer-encoding']
          ? {}
          : { 'content-length': Buffer.byteLength(sent.body) }),
        ...sent.headers,
      },
      agent: false,
    });
    request.once('error', reject);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? null,
          retryAfter: response.headers['retry-after'] ?? null,
          body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>,
        }),
      );
    });
    request.end(sent.body);
  });
}
