import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WebhookDescriptor, webhookPreset } from '#lib/connectors/protocol/index';
import { json } from '#lib/db/index';
import type { Gateway } from '#lib/hub/gateway';
import { answerWebhookRequest } from '@/app/api/webhooks/[connector]/[endpoint]/answer-webhook-request';
import * as route from '@/app/api/webhooks/[connector]/[endpoint]/route';
import { exchange, gatewayBefore } from '../gateway/parts.ts';
import { githubHeaders, type InboxFixture, inboxFixture, signature } from './inbox-fixture.ts';

type Lines = readonly (readonly [string, string])[];
interface Sent {
  endpointId: string;
  method?: string;
  headers: Lines;
  body: string;
}
interface Answered {
  status: number;
  type: string | null;
  code: string;
}

let inbox: InboxFixture;
let receiver: ReturnType<InboxFixture['receiver']>;
let gateway: Gateway;
beforeAll(async () => {
  inbox = await inboxFixture();
  receiver = inbox.receiver();
  gateway = await gatewayBefore({ db: inbox.web, webUrl: 'http://127.0.0.1:1', receiver });
});
afterAll(async () => {
  await gateway.close();
  await inbox.close();
});

const codeOf = (text: string): string => /"code":"([a-z0-9_.]+)"/.exec(text)?.[1] ?? '';

async function byGateway({ endpointId, method = 'POST', headers, body }: Sent): Promise<Answered> {
  const head = [
    `${method} /api/webhooks/github/${endpointId} HTTP/1.1`,
    'host: localhost',
    'connection: close',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ].join('\r\n');
  const text = await exchange(gateway.port, `${head}\r\n\r\n${body}`);
  const type = /^content-type: ([^\r]*)/im.exec(text)?.[1] ?? null;
  return { status: Number(text.split(' ')[1]), type, code: codeOf(text) };
}

/** As the runtime of the routes reads them: repeated headers are joined. */
async function byRoute({ endpointId, method = 'POST', headers, body }: Sent): Promise<Answered> {
  const request = new Request(`http://localhost/api/webhooks/github/${endpointId}`, {
    method,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    ...(['GET', 'HEAD'].includes(method) ? {} : { body }),
  });
  const at = { request, connector: 'github', endpoint: endpointId, address: null };
  const answer = await answerWebhookRequest(receiver, at);
  const type = answer.headers.get('content-type');
  return { status: answer.status, type, code: codeOf(await answer.text()) };
}

const github = webhookPreset('github')?.descriptor;
if (github?.scheme.kind !== 'hmac') throw new Error('GitHub signs by HMAC.');
const { scheme: ofGitHub, ...rest } = github;
const offered = {
  as: 'list' as const,
  headers: ['x-hub-signature-256'],
  separator: ',' as const,
  prefix: 'sha256=',
};
/** A service that may send several signatures in one header, as while it changes its key. */
const inList: WebhookDescriptor = { ...rest, scheme: { ...ofGitHub, offered } };
const withDate: WebhookDescriptor = {
  ...rest,
  scheme: { ...ofGitHub, signed: '{header:date}.{body}' },
};

async function endpointOf(descriptor: WebhookDescriptor | null) {
  const endpoint = await inbox.addEndpoint();
  await inbox.admin`update public.webhook_endpoints set scheme = ${json(inbox.web, descriptor)}
    where id = ${endpoint.endpointId}`;
  return endpoint;
}
const body = '{"action":"opened"}';
const signed = (secret: string, over: Record<string, string> = {}): [string, string][] =>
  Object.entries(githubHeaders(secret, body, over));

describe.each([
  ['the gateway', byGateway],
  ['the Next route', byRoute],
] as const)('%s', (_, send) => {
  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'refuses %s as a problem',
    async (method) => {
      const { endpointId, secret } = inbox;
      const answer = await send({ endpointId, method, headers: signed(secret), body: '' });
      expect(answer).toMatchObject({ status: 405, type: 'application/problem+json' });
    },
  );

  it('takes a list of signatures in one header, and refuses the header when it comes twice', async () => {
    const { endpointId, secret } = await endpointOf(inList);
    const two = `${signature('before', body)},${signature(secret, body)}`;
    const listed = signed(secret, { 'x-hub-signature-256': two });
    expect(await send({ endpointId, headers: listed, body })).toMatchObject({ status: 200 });
    const again = signed(secret, { 'x-github-delivery': randomUUID() });
    const twice: Lines = [...again, ['x-hub-signature-256', signature(secret, body)]];
    expect(await send({ endpointId, headers: twice, body })).toMatchObject({
      status: 401,
      code: 'webhooks.signature_invalid',
    });
  });

  it.each(['x-github-delivery', 'x-github-event'])(
    'refuses %s when it comes twice',
    async (name) => {
      const { endpointId, secret } = inbox;
      const twice: Lines = [...signed(secret), [name, 'another']];
      expect(await send({ endpointId, headers: twice, body })).toMatchObject({
        status: 400,
        code: 'webhooks.header_invalid',
      });
    },
  );

  it('reads a date with its comma, and keeps a browser’s name whole', async () => {
    const { endpointId, secret } = await endpointOf(withDate);
    const date = 'Tue, 24 Nov 2026 08:49:37 GMT';
    const hmac = createHmac('sha256', secret).update(`${date}.${body}`).digest('hex');
    const agent = 'Mozilla/5.0 (KHTML, like Gecko)';
    const headers = signed(secret, {
      'x-hub-signature-256': `sha256=${hmac}`,
      'user-agent': agent,
      date,
    });
    expect(await send({ endpointId, headers, body })).toMatchObject({ status: 200 });
    const [row] = await inbox.admin<{ headers: Record<string, string> }[]>`
      select headers from public.inbox_events where endpoint_id = ${endpointId}`;
    expect(row?.headers).toMatchObject({ date, 'user-agent': agent });
    const twice: Lines = [...headers, ['date', date]];
    expect(await send({ endpointId, headers: twice, body })).toMatchObject({ status: 401 });
  });
});

it('the route answers every method itself', () => {
  const { POST, ...others } = route;
  expect(Object.keys(others).toSorted()).toEqual([
    'DELETE',
    'GET',
    'HEAD',
    'OPTIONS',
    'PATCH',
    'PUT',
  ]);
  for (const other of Object.values(others)) expect(other).toBe(POST);
});
