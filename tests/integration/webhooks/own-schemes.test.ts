import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WebhookDescriptor, webhookPreset } from '#lib/connectors/protocol/index';
import { systemClock } from '#lib/core/index';
import { asUser, type Claims, json } from '#lib/db/index';
import { broughtKeeper, broughtOpener } from '#lib/hub/brought-secrets';
import { readBroughtSecret, takeBroughtSecret } from '#lib/webhooks/index';
import { eraseRetiredSecrets } from '#lib/webhooks/retention-store';
import { type InboxFixture, inboxFixture } from './inbox-fixture.ts';

let inbox: InboxFixture;
let admin: Claims;
let viewer: Claims;
const token = 'a token gateway and web share';
const baseUrl = 'https://hub.example.com';

beforeAll(async () => {
  inbox = await inboxFixture();
  [admin, viewer] = await Promise.all([memberAs('admin'), memberAs('viewer')]);
});
afterAll(() => inbox.close());

async function memberAs(role: string): Promise<Claims> {
  const claims = { userId: randomUUID(), sessionId: randomUUID() };
  await inbox.admin`insert into public.users (id, email) values (${claims.userId}, ${`${role}@x.test`})`;
  await inbox.admin`insert into private.sessions (id, token_hash, user_id, expires_at)
    values (${claims.sessionId}, ${randomBytes(32)}, ${claims.userId}, now() + interval '1 hour')`;
  await inbox.admin`insert into public.members (workspace_id, user_id, role)
    values (${inbox.workspaceId}, ${claims.userId}, ${role})`;
  return claims;
}

const descriptorOf = (name: string): WebhookDescriptor => {
  const preset = webhookPreset(name);
  if (!preset) throw new Error(`No preset ${name}`);
  return preset.descriptor;
};

/** The endpoint speaks like this service from now on. */
const speak = (descriptor: WebhookDescriptor) =>
  inbox.admin`update public.webhook_endpoints set scheme = ${json(inbox.web, descriptor)} where id = ${inbox.endpointId}`;

interface Call {
  method?: string;
  search?: string;
  headers?: Record<string, string>;
  body?: string;
}

async function call(
  { method = 'POST', search = '', headers = {}, body = '' }: Call,
  nowMs?: number,
) {
  const clock = nowMs === undefined ? systemClock : { ...systemClock, now: () => nowMs };
  const receiver = inbox.receiver({ baseUrl, keepBrought: broughtKeeper(inbox.web, token), clock });
  const answer = await receiver.receive({
    method,
    connector: 'github',
    endpointId: inbox.endpointId,
    search,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: (async function* () {
      yield Buffer.from(body);
    })(),
  });
  await receiver.close();
  return answer;
}

const sha256 = (key: string, content: string, encoding: 'hex' | 'base64' = 'hex'): string =>
  createHmac('sha256', key).update(content).digest(encoding);

const events = () =>
  inbox.admin<{ verdict: string; event: string; body: Buffer }[]>`
    select verdict, event, body from public.inbox_events where parent_id is null order by id desc`;

describe('an address with a descriptor of its own', () => {
  it('is verified by that and no more by its connector’s', async () => {
    await speak(descriptorOf('dropbox'));
    const body = '{"list_folder":{"accounts":["a"]}}';
    const signed = { 'x-dropbox-signature': sha256(inbox.secret, body) };
    expect((await call({ headers: signed, body })).status).toBe(200);
    const asBefore = { 'x-hub-signature-256': `sha256=${sha256(inbox.secret, body)}` };
    expect((await call({ headers: asBefore, body })).status).toBe(401);
  });

  it('answers what is asked before anything is signed, and nothing else by those methods', async () => {
    const asked = await call({ method: 'GET', search: '?challenge=abc' });
    expect(asked).toMatchObject({ status: 200, body: 'abc' });
    expect((await call({ method: 'GET' })).status).toBe(405);
    expect((await call({ method: 'HEAD' })).status).toBe(405);
    await speak(descriptorOf('microsoft_graph'));
    const graph = await call({ search: '?validationToken=a%2Bb+c' });
    expect(graph).toMatchObject({ status: 200, body: 'a+b c' });
    await speak(descriptorOf('trello'));
    expect((await call({ method: 'HEAD' })).status).toBe(200);
    const [endpoint] =
      await inbox.admin`select challenged_at from public.webhook_endpoints where id = ${inbox.endpointId}`;
    expect(endpoint?.['challenged_at']).toBeNull();
  });

  it('keeps no secret that comes in a body where members read it, right or wrong', async () => {
    await speak(descriptorOf('figma'));
    const sent = (passcode: string) =>
      JSON.stringify({ webhook_id: '1', timestamp: passcode.length, event_type: 'PING', passcode });
    expect((await call({ body: sent(inbox.secret) })).status).toBe(200);
    // That of tomorrow, perhaps: whoever sends it takes it for the right one.
    const other = 'the passcode "of another" day';
    expect((await call({ body: sent(other) })).status).toBe(401);
    await speak(descriptorOf('microsoft_graph'));
    const value = [inbox.secret, inbox.secret].map((clientState, id) => ({ id, clientState }));
    expect((await call({ body: JSON.stringify({ value }) })).status).toBe(200);

    const rows = await inbox.admin<{ body: Buffer | null }[]>`
      select body from public.inbox_events
      union all select body from public.webhook_quarantine where body_bytes > 0`;
    const bodies = rows.map(({ body }) => body?.toString('utf8') ?? '');
    expect(bodies.filter((body) => body.includes('PING'))).toHaveLength(2);
    expect(bodies.filter((body) => body.includes('clientState'))).toHaveLength(3);
    for (const body of bodies) {
      expect(body).not.toContain(inbox.secret);
      expect(body).not.toContain('of another');
      expect(() => JSON.parse(body)).not.toThrow();
    }
  });

  it('signs the address that is configured, whatever the request says of its host', async () => {
    await speak(descriptorOf('square'));
    const body = '{"event_id":"e1","type":"payment.updated"}';
    const url = `${baseUrl}/api/webhooks/github/${inbox.endpointId}`;
    const sent = (at: string) =>
      call({
        headers: {
          'x-square-hmacsha256-signature': sha256(inbox.secret, `${at}${body}`, 'base64'),
          host: new URL(at).host,
          'x-forwarded-host': new URL(at).host,
        },
        body,
      });
    expect((await sent(url)).status).toBe(200);
    expect((await sent(url.replace('hub.', 'evil.'))).status).toBe(401);
    await inbox.admin`update public.webhook_endpoints set url = 'https://told.example.com/hook' where id = ${inbox.endpointId}`;
    expect((await sent('https://told.example.com/hook')).status).toBe(200);
    expect((await sent(url)).status).toBe(401);
    await inbox.admin`update public.webhook_endpoints set url = null where id = ${inbox.endpointId}`;
  });

  it('keeps what nobody signed as unverified, only where somebody chose so', async () => {
    await speak({
      ...descriptorOf('github'),
      scheme: { kind: 'none' },
      delivery: { from: 'none' },
      event: { from: 'none' },
    });
    expect((await call({ body: '{"unsigned":1}' })).status).toBe(200);
    expect((await events())[0]).toMatchObject({ verdict: 'unverified' });
  });

  it('takes nothing while its descriptor is none', async () => {
    await inbox.admin`update public.webhook_endpoints set scheme = '{"scheme":{"kind":"none"}}' where id = ${inbox.endpointId}`;
    expect((await call({ body: '{}' })).status).toBe(503);
  });
});

describe('a secret that a service brings along', () => {
  const verification = 'secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl';
  const open = broughtOpener(token);
  const read = (claims: Claims) =>
    asUser(inbox.web, claims, (tx) => readBroughtSecret(tx, open, inbox.endpointId));

  it('counts for nothing, is shown to an admin, and counts once taken over', async () => {
    await speak(descriptorOf('notion'));
    const asked = await call({ body: JSON.stringify({ verification_token: verification }) });
    expect(asked.status).toBe(200);
    const body = '{"id":"n1","type":"page.created"}';
    const signed = { 'x-notion-signature': `sha256=${sha256(verification, body)}` };
    expect((await call({ headers: signed, body })).status).toBe(401);

    expect(await read(viewer)).toBeNull();
    expect(
      await asUser(inbox.web, admin, (tx) =>
        readBroughtSecret(tx, broughtOpener(`${token}.`), inbox.endpointId),
      ),
    ).toBeNull();
    const brought = await read(admin);
    expect(brought?.secret).toBe(verification);
    const take = (claims: Claims, broughtAt: string) =>
      asUser(inbox.web, claims, (tx) =>
        takeBroughtSecret(
          tx,
          { open, sealKey: inbox.gatewayKey.publicKey },
          { endpointId: inbox.endpointId, broughtAt },
        ),
      );
    const at = brought?.brought_at ?? '';
    await expect(take(viewer, at)).rejects.toMatchObject({ code: 'resource.not_found' });
    await expect(take(admin, '2020-01-01T00:00:00Z')).rejects.toMatchObject({
      code: 'resource.conflict',
    });
    await take(admin, at);
    expect(await read(admin)).toBeNull();
    expect((await call({ headers: signed, body })).status).toBe(200);
    expect((await events())[0]).toMatchObject({ verdict: 'verified', event: 'page.created' });
  });

  it('lies nowhere in the clear', async () => {
    await call({ body: JSON.stringify({ verification_token: verification }) });
    const [row] = await inbox.admin<{ envelope: Buffer }[]>`
      select envelope from private.webhook_brought_secrets where endpoint_id = ${inbox.endpointId}`;
    expect(row?.envelope.includes(verification)).toBe(false);
    const [kept] = await inbox.admin`
      select count(*)::int as n from public.inbox_events where encode(body, 'escape') like ${`%${verification}%`}`;
    expect(kept?.['n']).toBe(0);
  });
});

describe('a secret that was replaced', () => {
  const body = '{"id":"n2","type":"page.created"}';

  it('verifies for a day and not a moment longer, and is forgotten after 30 days more', async () => {
    await speak(descriptorOf('notion'));
    // Taking the brought one over has made the first one the former.
    const signed = { 'x-notion-signature': `sha256=${sha256(inbox.secret, body)}` };
    const [row] = await inbox.admin<{ until: Date }[]>`
      select previous_until as until from private.webhook_secrets where endpoint_id = ${inbox.endpointId}`;
    const endsAtMs = row?.until.getTime() ?? 0;
    expect(Math.abs(endsAtMs - Date.now() - 86_400_000)).toBeLessThan(60_000);
    expect((await call({ headers: signed, body }, endsAtMs - 1)).status).toBe(200);
    expect((await events())[0]).toMatchObject({ verdict: 'verified_previous_secret' });
    expect((await call({ headers: signed, body }, endsAtMs + 1)).status).toBe(401);

    expect(await eraseRetiredSecrets(inbox.worker, 30, 10)).toBe(0);
    await inbox.admin`update private.webhook_secrets set previous_until = now() - interval '31 days' where endpoint_id = ${inbox.endpointId}`;
    expect(await eraseRetiredSecrets(inbox.worker, 30, 10)).toBe(1);
    const [after] =
      await inbox.admin`select previous_envelope from private.webhook_secrets where endpoint_id = ${inbox.endpointId}`;
    expect(after?.['previous_envelope']).toBeNull();
  });
});
