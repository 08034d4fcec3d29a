import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from './bench.ts';
import type { ContractWorld, SentWebhook } from './contract-entry.ts';

export type WebhookReceiver = NonNullable<ContractWorld['webhooks']> & { close(): Promise<void> };

/** A handshake before the first event wants a part of itself back (Slack). */
const challengeIn = (body: string): string => /"challenge":"(\w+)"/.exec(body)?.[1] ?? '';

/** Takes every webhook; each is handed out once, to whoever asks for a text in it. */
export async function openReceiver(path = '/hook'): Promise<WebhookReceiver> {
  const waiting: SentWebhook[] = [];
  let taken = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
      taken += 1;
      const body = Buffer.concat(chunks).toString('utf8');
      waiting.push({ headers: Object.fromEntries(headers) as Record<string, string>, body });
      response.writeHead(200).end(challengeIn(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    count: () => taken,
    next: (holding) =>
      until(() => {
        const at = waiting.findIndex(({ body }) => body.includes(holding));
        return Promise.resolve(at < 0 ? null : (waiting.splice(at, 1)[0] ?? null));
      }, `A webhook with ${holding}`),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
