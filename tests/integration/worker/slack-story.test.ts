import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkConnection,
  disconnect,
  finishAuthorization,
  getConnection,
  listApps,
  listScopes,
  putPresetApp,
  startAuthorization,
} from '#lib/connections/index';
import type { JsonObject } from '#lib/core/index';
import { connectorRules } from '#lib/hub/connector-rules';
import { beginDisconnect } from '#lib/hub/sagas/start-sagas';
import { patchRecord } from '#lib/records/index';
import { createStream } from '#lib/sync/index';
import { listAppWebhooks, putAppWebhook } from '#lib/webhooks/index';
import { patience } from '../../setup/patience.ts';
import { openSandboxWorld, type SandboxWorld } from './sandbox-world.ts';
import { deliverAgain, namedChannels, subscribeChannel, tellOfTask } from './slack-news.ts';

const origin = 'http://localhost:4123';
const app = { clientId: 'slack-connect', clientSecret: 'slack-connect-secret' };
const general = 'C0CHANNEL0';
const mara = 'U0PERSON0A';

interface Said {
  ts: string;
  text: string;
  user: string;
}

let world: SandboxWorld;
let connectionId: string;

beforeAll(async () => {
  world = await openSandboxWorld({
    apps: [
      {
        ...app,
        provider: 'slack',
        name: 'Patchbay',
        loopbackPaths: ['/api/oauth/slack/callback'],
        expiringTokens: true,
      },
    ],
    seed: { issues: 1, webIssues: 1 },
    settings: { slack: { seed: { messages: 90 }, retryMs: [200, 200] } },
  });
  const { workspaceId, web } = world;
  await world.asMember((tx) => putPresetApp(tx, web, { workspaceId, connector: 'slack', ...app }));
});
afterAll(() => world.close());

const place = () => ({ workspaceId: world.workspaceId, connectionId });
const slack = () => world.sandbox.at('slack').control;
const truth = () => slack().call<Said[]>('GET', `/messages/${general}`);
const act = (what: JsonObject) => slack().call<Said>('POST', '/act', { channel: general, ...what });
const connectionNow = () => world.asMember((tx) => getConnection(tx, place()));

/** Presses the button on the sandbox's page, as its form would. */
async function signIn(connection?: string): Promise<string> {
  const { web, member, workspaceId } = world;
  const { authorize_url: url } = await startAuthorization(web, member, {
    workspaceId,
    connector: 'slack',
    connectionId: connection,
    returnTo: '/',
    origin,
  });
  const page = new URL(url);
  const form = new URLSearchParams(page.search);
  form.set('allow', '1');
  const answer = await fetch(new URL(page.pathname, world.sandbox.origin), {
    method: 'POST',
    body: form,
    redirect: 'manual',
    headers: { origin: world.sandbox.origin },
  });
  const back = new URL(answer.headers.get('location') ?? '');
  const query = back.search;
  const done = await finishAuthorization(web, member, { connector: 'slack', origin, query });
  return done.connectionId;
}

async function recordOf(ts: string) {
  const [row] = await world.admin<{ id: string; version: number; data: JsonObject }[]>`
    select r.id, r.version::int, r.data
    from public.records r join public.links l on l.record_id = r.id
    where l.external_id = ${`${general}:${ts}`}`;
  return row;
}

/** The next poll is half a minute away; this one is due now. */
async function pollNow(): Promise<void> {
  await world.admin`update public.streams set next_poll_at = now()`;
}

async function polled(ts: string): Promise<JsonObject | undefined> {
  await pollNow();
  return (await recordOf(ts))?.data;
}

async function edit(ts: string, data: JsonObject): Promise<void> {
  const row = await recordOf(ts);
  if (!row) throw new Error(`There is no record of ${ts}`);
  const patch = { mutation_id: randomUUID(), version: row.version, data };
  await world.asMember((tx) => patchRecord(tx, connectorRules, { recordId: row.id, patch }));
}

describe('the story of a channel, in order', () => {
  it('connects by the real flow, as the bot of the workspace', async () => {
    connectionId = await signIn();
    const shown = await connectionNow();
    expect(shown).toMatchObject({ status: 'active', account_name: 'Northwind Pumps' });
    expect(shown.scopes_granted).toContain('channels:history');
    expect(shown.expires_at).not.toBeNull();
  });

  it('names its channels for messages to be posted to, those it is in first', async () => {
    expect(await namedChannels(world, connectionId)).toEqual([
      ['#general', 'Everything that concerns all'],
      ['#incidents', 'What is broken, and who is on it'],
      ['#random', 'the app is not in it: invite it first · The rest'],
      ['#sales', 'the app is not in it: invite it first · Orders and offers'],
    ]);
  });

  it('reads every message of a channel it is in, replies too', async () => {
    const { web, member, workspaceId, admin } = world;
    const options = await listScopes(web, member, { ...place(), resource: 'messages' });
    const chosen = options.data.find((option) => option.title === '#general');
    if (!chosen) throw new Error('The channel is not offered');
    await world.asMember((tx) =>
      createStream(tx, {
        workspaceId,
        connectionId,
        resource: 'messages',
        kind: 'message',
        name: chosen.title,
        scopeKey: chosen.key,
        scope: chosen.scope as JsonObject,
        requestedBy: member.userId,
      }),
    );
    const phase = async () => (await admin`select phase from public.streams`)[0]?.['phase'];
    await expect.poll(phase, { timeout: 40_000, interval: 100 }).toBe('live');
    const rows = await admin<{ id: string; body: string }[]>`
      select l.external_id as id, r.data ->> 'body' as body
      from public.links l join public.records r on r.id = l.record_id`;
    const copy = new Map(rows.map((row) => [row.id, row.body]));
    const said = (await truth()).map(({ ts, text }): [string, string] => [
      `${general}:${ts}`,
      text,
    ]);
    expect(copy).toEqual(new Map(said));
    const [threads] = await admin`
      select count(*)::int as n from public.records where data ->> 'thread' is not null`;
    expect(threads?.['n']).toBeGreaterThan(0);
  });

  it('a poll sees what was said and changed since', async () => {
    const { ts } = await act({ do: 'post', user: mara, text: 'Said in Slack' });
    await expect
      .poll(() => polled(ts), patience)
      .toMatchObject({ body: 'Said in Slack', author: { id: mara } });
    await act({ do: 'change', ts, text: 'Said better' });
    await act({ do: 'react', ts, name: 'tada', user: mara });
    await expect
      .poll(() => polled(ts), patience)
      .toMatchObject({ body: 'Said better', reactions: [`tada:${mara}`] });
  });

  it('hears of everything at once where its events come in', async () => {
    const { workspaceId, web, gateway, admin } = world;
    const delivered = async () =>
      (await admin`select delivery, phase_detail as detail from public.streams`)[0];
    expect(await delivered()).toMatchObject({
      delivery: 'poll',
      detail: expect.stringContaining('set up by hand') as string,
    });
    const [registered] = await slack().call<{ signingSecret: string }[]>('GET', '/apps');
    const [own] = await world.asMember((tx) => listApps(tx, { workspaceId }));
    const at = { workspaceId, appId: own?.id ?? '' };
    await world.asMember((tx) =>
      putAppWebhook(tx, gateway.sealKey, at, registered?.signingSecret ?? ''),
    );
    const where = { publicUrl: undefined, port: Number(new URL(gateway.url).port) };
    const manual = web.connectors.get('slack')?.manifest.webhook?.registration;
    if (manual?.mode !== 'manual') throw new Error('Slack is set up by hand');
    const place = { id: at.appId, apiBaseUrl: world.sandbox.origin, consoleUrl: null };
    const hand = [{ connector: 'slack', registration: manual, app: place }];
    const [shown] = await world.asMember((tx) => listAppWebhooks(tx, where, at, hand));
    expect(shown).toMatchObject({ status: 'waiting' });
    const url = shown?.url ?? '';
    // Slack keeps the address only when the gateway answers its challenge.
    const kept = await slack().call('POST', '/request-url', { clientId: app.clientId, url });
    expect(kept).toEqual({ verified: true });
    await expect.poll(delivered, patience).toEqual({ delivery: 'webhook', detail: null });
    expect(await connectionNow()).toMatchObject({
      delivery: 'webhook',
      webhooks: [{ id: at.appId, status: 'active' }],
    });
    const { ts } = await act({ do: 'post', user: mara, text: 'Heard at once' });
    const data = async () => (await recordOf(ts))?.data;
    await expect.poll(data, patience).toMatchObject({ body: 'Heard at once' });
    await act({ do: 'change', ts, text: 'Heard again' });
    await expect.poll(data, patience).toMatchObject({ body: 'Heard again' });
    await act({ do: 'react', ts, name: 'eyes', user: mara });
    await expect.poll(data, patience).toMatchObject({ reactions: [`eyes:${mara}`] });
    const reply = await act({ do: 'post', user: mara, text: 'In the thread', thread: ts });
    await expect
      .poll(async () => (await recordOf(reply.ts))?.data, patience)
      .toMatchObject({ thread: ts });
    await act({ do: 'delete', ts });
    const gone = async () =>
      (
        await admin`select deleted_at is not null as gone from public.records r
        join public.links l on l.record_id = r.id
        where l.external_id = ${`${general}:${ts}`}`
      )[0]?.['gone'];
    await expect.poll(gone, patience).toBe(true);
  });

  it('is polled again when another secret is pasted, until that one has proven itself', async () => {
    const { workspaceId, gateway, admin } = world;
    const [own] = await world.asMember((tx) => listApps(tx, { workspaceId }));
    const at = { workspaceId, appId: own?.id ?? '' };
    await world.asMember((tx) => putAppWebhook(tx, gateway.sealKey, at, 'not-the-signing-secret'));
    const delivery = async () =>
      (await admin`select delivery, phase_detail from public.streams`)[0];
    await expect.poll(delivery, patience).toMatchObject({
      delivery: 'poll',
      phase_detail: expect.stringContaining('no event signed with the pasted secret') as string,
    });
    // Slack goes on signing with its own, which nobody here holds any more.
    const { ts } = await act({ do: 'post', user: mara, text: 'Heard by a poll' });
    await expect.poll(() => polled(ts), patience).toMatchObject({ body: 'Heard by a poll' });
  });

  it('changes what the app itself has said, and nothing of anybody else', async () => {
    const [bot] = await slack().call<{ botUser: string }[]>('GET', '/apps');
    const mine = await act({ do: 'post', user: bot?.botUser ?? '', text: 'From the app' });
    await expect.poll(() => polled(mine.ts), patience).toMatchObject({ body: 'From the app' });
    await edit(mine.ts, { body: 'Changed in the hub' });
    await expect
      .poll(async () => (await truth()).find(({ ts }) => ts === mine.ts)?.text, patience)
      .toBe('Changed in the hub');
    const other = await act({ do: 'post', user: mara, text: 'Mine alone' });
    await expect.poll(() => polled(other.ts), patience).toMatchObject({ body: 'Mine alone' });
    await edit(other.ts, { body: 'Not yours' });
    await expect
      .poll(async () => (await recordOf(other.ts))?.data['body'], patience)
      .toBe('Mine alone');
    const [link] = await world.admin<{ state: string }[]>`
      select state from public.links where external_id = ${`${general}:${other.ts}`}`;
    expect(link?.state).toBe('refused');
  });

  it('renews an access that has ended, and goes on', async () => {
    await slack().expireTokens({});
    const { web, member } = world;
    expect(await checkConnection(web, member, place())).toMatchObject({ status: 'active' });
  });

  it('asks for authorisation when the app was taken out, and comes back in place', async () => {
    const { web, member } = world;
    await slack().revokeTokens({});
    await expect(checkConnection(web, member, place())).rejects.toMatchObject({
      code: 'connections.needs_reauth',
    });
    expect(await signIn(connectionId)).toBe(connectionId);
    expect(await checkConnection(web, member, place())).toMatchObject({ status: 'active' });
  });

  it('is told of changes by a subscription, each once, with nothing of them read as mark-up', async () => {
    const made = await subscribeChannel(world, {
      connectionId,
      channel: general,
      template: 'News: {{record.title | default change.op}} {{change.after.title}}',
    });
    await tellOfTask(world, 'Ship it', 'Ship <!channel> & go');
    const news = async () =>
      (await truth()).map(({ text }) => text).filter((text) => text.startsWith('News: '));
    await expect.poll(news, patience).toEqual(['News: Ship it Ship &lt;!channel&gt; &amp; go']);
    await deliverAgain(world, made.id);
    expect(await news()).toHaveLength(1);
    await world.admin`delete from public.subscriptions where id = ${made.id}`;
  });

  it('disconnects: the token is given back, the records stay', async () => {
    const { web, member } = world;
    await disconnect(web, member, place(), (tx) =>
      beginDisconnect(tx, { ...place(), requestedBy: member.userId }),
    );
    await expect.poll(async () => (await connectionNow()).status, patience).toBe('disconnected');
    expect(await connectionNow()).toMatchObject({ receipt: { revocation: 'revoked' } });
  });
});
