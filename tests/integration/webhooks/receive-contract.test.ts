import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { githubManifest } from '#lib/connectors/github/manifest';
import { type Gateway, startGateway } from '#lib/hub/gateway';
import { inboundLimits } from '#lib/hub/inbound-limits';
import type { Receiver } from '#lib/webhooks/index';
import { answerWebhookRequest } from '@/app/api/webhooks/[connector]/[endpoint]/answer-webhook-request';
import { patience } from '../../setup/patience.ts';
import { badRequests, type Sent, signed } from './bad-requests.ts';
import { type InboxFixture, inboxFixture, signature, silent } from './inbox-fixture.ts';
import { type Answered, postByGateway } from './post-by-gateway.ts';

let inbox: InboxFixture;
let receiver: Receiver;
let gateway: Gateway;

beforeAll(async () => {
  inbox = await inboxFixture();
  receiver = inbox.receiver();
  gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    version: 'test',
    publicUrl: undefined,
    token: 'a token that nothing here needs',
    webUrl: 'http://127.0.0.1:1',
    supabaseUrl: undefined,
    sandboxUrl: undefined,
    workerHealthUrl: undefined,
    db: inbox.web,
    receiver,
    limits: inboundLimits({ db: inbox.web, env: { RATE_LIMITS: 'memory' }, log: silent }),
    log: silent,
  });
});
afterAll(async () => {
  await gateway.close();
  await inbox.close();
});

const pathOf = (sent: Sent): string =>
  `/api/webhooks/${sent.connector ?? 'github'}/${sent.endpointId ?? inbox.endpointId}`;

const byGateway = (sent: Sent): Promise<Answered> =>
  postByGateway(gateway.port, pathOf(sent), sent);

async function byRoute(sent: Sent): Promise<Answered> {
  const body = typeof sent.body === 'string' ? Buffer.from(sent.body) : sent.body;
  const request = new Request(`http://localhost${pathOf(sent)}`, {
    method: sent.method ?? 'POST',
    headers: Object.entries(sent.headers).filter(([name]) => name !== 'transfer-encoding'),
    ...(sent.method === 'GET' ? {} : { body: new Uint8Array(body) }),
  });
  const answer = await answerWebhookRequest(receiver, {
    request,
    connector: sent.connector ?? 'github',
    endpoint: sent.endpointId ?? inbox.endpointId,
    address: null,
  });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    retryAfter: answer.headers.get('retry-after'),
    body: (await answer.json()) as Record<string, unknown>,
  };
}

/** GitHub's way of signing, for bodies that hold many events. */
const inItems = (() => {
  const { scheme, delivery, event, body, handshakes } = githubManifest.webhook;
  const id = { paths: [['id']], isJoined: false };
  return { scheme, delivery, event, body, handshakes, items: { path: ['items'], id, event: null } };
})();

const stored = async (): Promise<number> => {
  const [row] = await inbox.admin<{ n: number }[]>`
    select (select count(*) from public.inbox_events)::int + (select count(*) from private.dedupe_keys)::int as n`;
  return row?.n ?? -1;
};

describe.each([
  ['the gateway', byGateway],
  ['the Next route', byRoute],
] as const)('%s', (_, send) => {
  beforeEach(async () => {
    await inbox.admin`truncate public.inbox_events, private.dedupe_keys, public.webhook_refusals`;
  });

  const good = (body?: string, overrides?: Record<string, string | undefined>): Sent =>
    signed(inbox.secret, body, overrides);

  it('keeps a signed event byte for byte and answers 200 after the commit', async () => {
    const body = '{ "action" : "opened",  "ünïcode": "日本語 👋" }';
    const sent = good(body);
    const answer = await send(sent);
    expect(answer).toMatchObject({ status: 200, body: { status: 'accepted' } });
    const rows = await inbox.admin`select * from public.inbox_events`;
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      id: answer.body['id'],
      workspace_id: inbox.workspaceId,
      connection_id: inbox.connectionId,
      endpoint_id: inbox.endpointId,
      connector: 'github',
      event: 'issues',
      delivery_id: sent.headers['x-github-delivery'],
      verdict: 'verified',
      status: 'pending',
      attempts: 0,
    });
    expect(rows[0]?.['body']).toEqual(Buffer.from(body));
    expect(rows[0]?.['headers']).toEqual({
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/test',
      'x-github-delivery': sent.headers['x-github-delivery'],
      'x-github-event': 'issues',
      'x-hub-signature-256': signature(inbox.secret, body),
    });
  });

  it.each(badRequests.map((bad) => [`${bad.name} → ${bad.status} ${bad.code}`, bad] as const))(
    '%s, nothing stored',
    async (_name, { make, status, code }) => {
      const answer = await send(make(inbox.secret));
      expect(answer).toMatchObject({
        status,
        type: 'application/problem+json',
        body: { status, code },
      });
      expect(typeof answer.body['title']).toBe('string');
      expect(await stored()).toBe(0);
    },
  );

  it('leaves of everything refused a count per reason', async () => {
    const { endpointId, workspaceId, secret } = await inbox.addEndpoint();
    for (const { make } of badRequests) await send({ ...make(secret), endpointId });
    const wanted: Record<string, number> = {};
    for (const { code, counted = code } of badRequests)
      wanted[counted] = (wanted[counted] ?? 0) + 1;
    const counts = async () => {
      const rows = await inbox.admin<{ reason: string; count: number }[]>`
        select reason, sum(count)::int as count from public.webhook_refusals
        where workspace_id = ${workspaceId} and endpoint_id = ${endpointId} group by reason`;
      return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]));
    };
    await expect.poll(counts, patience).toEqual(wanted);
  });

  it('tells a missing signature from a wrong one by no byte', async () => {
    const missing = await send(good('{}', { 'x-hub-signature-256': undefined }));
    const wrong = await send(good('{}', { 'x-hub-signature-256': signature('wrong', '{}') }));
    expect(missing).toEqual(wrong);
  });

  it('an address nobody has is 404, whoever signs', async () => {
    for (const endpointId of [randomUUID(), 'x', "1' or '1'='1", '%00']) {
      const answer = await send({ ...good(), endpointId: encodeURIComponent(endpointId) });
      expect(answer).toMatchObject({ status: 404, body: { code: 'webhooks.endpoint_unknown' } });
    }
    expect(await send({ ...good(), connector: 'stripe' })).toMatchObject({ status: 404 });
    expect(await stored()).toBe(0);
  });

  it('one endpoint does not take what another one signed', async () => {
    const other = await inbox.addEndpoint();
    const sent = { ...good(), endpointId: other.endpointId };
    expect(await send(sent)).toMatchObject({ status: 401 });
    expect(await stored()).toBe(0);
  });

  it('keeps a delivery once, however often and however close together it comes', async () => {
    const sent = good();
    const answers = await Promise.all(Array.from({ length: 40 }, () => send(sent)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(answers.filter(({ body }) => body['status'] === 'accepted')).toHaveLength(1);
    expect((await send(sent)).body).toEqual({ status: 'duplicate' });
    expect(await stored()).toBe(2);
  });

  it('keeps another body under a known id as an event of its own', async () => {
    const id = randomUUID();
    for (const body of ['{"a":1}', '{"a":2}']) {
      const answer = await send(good(body, { 'x-github-delivery': id }));
      expect(answer.body['status']).toBe('accepted');
    }
    expect(
      await inbox.admin`select 1 from public.inbox_events where delivery_id = ${id}`,
    ).toHaveLength(2);
  });

  it('splits a body that holds many events, and applies each of them once', async () => {
    const { endpointId, secret } = await inbox.addEndpoint();
    await inbox.admin`update public.webhook_endpoints set scheme = ${inbox.admin.json(inItems)} where id = ${endpointId}`;
    const post = (body: unknown) => {
      const text = JSON.stringify(body);
      return send({ endpointId, body: text, headers: signed(secret, text).headers });
    };
    const first = await post({ items: [{ id: 'a' }, { id: 'b', n: 1 }, { id: 'a' }] });
    expect(first.body).toMatchObject({ status: 'accepted' });
    await post({ items: [{ id: 'c' }, { id: 'b', n: 2 }] });
    expect(await post({ items: [] })).toMatchObject({ status: 200 });
    const rows = await inbox.admin`
      select id, status, delivery_id, convert_from(body, 'utf8') as body, parent_id, parts, next_attempt_at is null as rests
      from public.inbox_events where endpoint_id = ${endpointId} order by id`;
    expect(rows).toMatchObject([
      { id: first.body['id'], status: 'split', parts: 3, parent_id: null, rests: true },
      {
        status: 'pending',
        delivery_id: 'a',
        body: '{"id":"a"}',
        parent_id: first.body['id'],
        parts: null,
      },
      { status: 'pending', delivery_id: 'b', body: '{"id":"b","n":1}', rests: false },
      { status: 'split', parts: 2 },
      { status: 'pending', delivery_id: 'c' },
      { status: 'split', parts: 0 },
    ]);
  });

  it('keeps a part of what was refused, says what is the matter, and keeps no secret', async () => {
    const { endpointId, workspaceId, secret } = await inbox.addEndpoint();
    const body = `{"token":"${secret}"}`;
    const wrong = signed('another secret', body);
    expect(
      await send({ ...wrong, endpointId, headers: { ...wrong.headers, cookie: 'session=1' } }),
    ).toMatchObject({ status: 401 });
    const quoted = signed(`"${secret}"`, '{}');
    expect(await send({ ...quoted, endpointId })).toMatchObject({ status: 401 });
    for (let count = 0; count < 40; count += 1) await send({ ...wrong, endpointId });
    const kept = () => inbox.admin`
      select reason, diagnosis_code, diagnosis, headers, convert_from(body, 'utf8') as body, body_bytes
      from public.webhook_quarantine where workspace_id = ${workspaceId} order by id`;
    await expect.poll(async () => (await kept()).length, patience).toBe(5);
    const [first, second] = await kept();
    expect(first).toMatchObject({
      reason: 'webhooks.signature_invalid',
      diagnosis_code: 'no_match',
      body: `{"token":"${'*'.repeat(secret.length)}"}`,
      body_bytes: body.length,
    });
    expect(second).toMatchObject({ diagnosis_code: 'secret_stray_characters' });
    expect(JSON.stringify([first, second])).not.toContain('session=1');
    expect(JSON.stringify([first, second])).not.toContain(secret);
  });

  it('the same id at two endpoints is two deliveries', async () => {
    const other = await inbox.addEndpoint();
    const sent = good();
    const there = {
      body: sent.body,
      endpointId: other.endpointId,
      headers: { ...sent.headers, 'x-hub-signature-256': signature(other.secret, sent.body) },
    };
    expect((await send(sent)).body['status']).toBe('accepted');
    expect((await send(there)).body['status']).toBe('accepted');
  });
});
