/**
 * The webhook route of the web process in a process of its own: the very handler Next calls, behind
 * node:http, because starting Next for each of dozens of kills would only measure Next.
 */
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { connect, surviveDriverFaults } from '#lib/db/index';
import { inboundLimits } from '#lib/hub/inbound-limits';
import { webReceiver } from '#lib/hub/web-receiver';
import { logger } from '#lib/observability/index';
import { answerWebhookRequest } from '../../../app/api/webhooks/[connector]/[endpoint]/answer-webhook-request.ts';

const log = logger('route', 'warn');
surviveDriverFaults(() => undefined);
const url = process.env['DATABASE_URL_WEB'] ?? '';
const db = connect({ url, name: 'patchbay-route', max: 8 });
const env = {
  DATABASE_URL_WEB: url,
  SEAL_GATEWAY_PRIVATE_KEY: process.env['SEAL_GATEWAY_PRIVATE_KEY'],
  RATE_LIMITS: 'memory',
} as Parameters<typeof webReceiver>[0]['env'];
const receiver = webReceiver({ db, env, log }, inboundLimits({ db, env, log }));

const server = createServer((incoming, outgoing) => {
  const asked = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const [connector = '', endpoint = ''] = asked.pathname.split('/').slice(-2);
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const body = Readable.toWeb(incoming) as ReadableStream;
  // A body that streams needs `duplex`, which the DOM's type does not know yet.
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' };
  const request = new Request(asked, init);
  const address = incoming.socket.remoteAddress ?? null;
  answerWebhookRequest(receiver, { request, connector, endpoint, address }).then(
    async (answer) => {
      outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
      outgoing.end(Buffer.from(await answer.arrayBuffer()));
    },
    () => outgoing.destroy(),
  );
});
server.listen(Number(process.env['PORT']), '127.0.0.1', () =>
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`),
);
process.on('SIGTERM', () => process.exit(0));
