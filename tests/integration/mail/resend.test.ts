import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { OutgoingMail } from '#lib/mail/transport';
import { resendTransport } from '#lib/mail/worker';
import { createOutgoing } from '#lib/security/index';

interface Heard {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  json: Record<string, unknown>;
}

let server: Server;
let heard: Heard[] = [];
let answer: { status: number; body: string; headers?: Record<string, string> };
const none = new AbortController().signal;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const json = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
      heard.push({ method: request.method, url: request.url, headers: request.headers, json });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
beforeEach(() => {
  heard = [];
  answer = { status: 200, body: '{"id":"x"}' };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const at = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;
const transport = (allow: string[] = [at()]) =>
  resendTransport({
    apiKey: 're_canary_key',
    outgoing: createOutgoing({ allow }),
    baseUrl: `http://${at()}`,
  });
const mail: OutgoingMail = {
  id: '0190a0a0-0000-7000-8000-000000000001',
  messageId: '<0190a0a0-0000-7000-8000-000000000001@x.test>',
  from: { address: 'hub@x.test', name: 'Patch "bay" <evil@y.test>' },
  to: 'ann@x.test',
  date: '2026-11-21T12:00:00.000Z',
  subject: 'Hello',
  text: 'text',
  html: '<p>html</p>',
};

it('says everything once, under a key that stays the same', async () => {
  expect(await transport().send(mail, none)).toEqual({ kind: 'accepted' });
  expect(await transport().send(mail, none)).toEqual({ kind: 'accepted' });
  expect(heard[0]).toMatchObject({
    method: 'POST',
    url: '/emails',
    json: {
      from: 'Patch bay evil@y.test <hub@x.test>',
      to: ['ann@x.test'],
      subject: 'Hello',
      text: 'text',
      html: '<p>html</p>',
      headers: { 'Message-ID': mail.messageId },
    },
  });
  expect(heard[0]?.headers).toMatchObject({
    authorization: 'Bearer re_canary_key',
    'idempotency-key': mail.id,
  });
  expect(heard[1]?.json).toEqual(heard[0]?.json);
});

it('waits as long as it is told', async () => {
  answer = { status: 429, body: '{}', headers: { 'retry-after': '9' } };
  expect(await transport().send(mail, none)).toMatchObject({ kind: 'fault', afterMs: 9_000 });
});

it('calls nothing the guard does not allow', async () => {
  expect(await transport([]).send(mail, none)).toMatchObject({
    kind: 'fault',
    code: 'provider.host_refused',
  });
  expect(heard).toEqual([]);
});

it('tells of an unreadable answer, a large one and none at all, and never of the key', async () => {
  answer = { status: 500, body: '<html>' };
  const broken = await transport().send(mail, none);
  answer = { status: 200, body: 'x'.repeat(100_000) };
  const large = await transport().send(mail, none);
  const away = await resendTransport({
    apiKey: 're_canary_key',
    outgoing: createOutgoing({ allow: ['127.0.0.1:1'] }),
    baseUrl: 'http://127.0.0.1:1',
  }).send(mail, none);
  expect([broken, large, away].map(({ kind }) => kind)).toEqual(['fault', 'fault', 'fault']);
  expect(JSON.stringify([broken, large, away])).not.toContain('canary');
});
