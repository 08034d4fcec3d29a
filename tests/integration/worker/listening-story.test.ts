import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disconnect, getConnection } from '#lib/connections/index';
import { httpWebhook } from '#lib/connectors/generic/index';
import { systemClock } from '#lib/core/index';
import { addStream } from '#lib/hub/add-stream';
import { broughtOpener } from '#lib/hub/brought-secrets';
import { previewEvents } from '#lib/hub/preview-events';
import { beginDisconnect } from '#lib/hub/sagas/start-sagas';
import type { Session } from '#lib/identity/index';
import {
  type ListeningDeps,
  makeListeningConnection,
  readBroughtSecret,
  readListening,
  rotateListeningSecret,
  takeBroughtSecret,
} from '#lib/webhooks/index';
import { listeningInputSchema } from '#lib/webhooks/schema';
import { patience } from '../../setup/patience.ts';
import { gatewayToken, openSandboxWorld, type SandboxWorld } from './sandbox-world.ts';
import { definition, order, type Post, postAsShop, signing } from './shop.ts';

/** A shop nobody wrote a connector for posts its orders; what they are is said in a form. */
let world: SandboxWorld;
let connectionId: string;
let secret = 'the-secret-of-the-shop';

beforeAll(async () => {
  world = await openSandboxWorld({ apps: [], seed: { issues: 1, webIssues: 1 } });
  const made = await listen({
    title: 'Shop',
    secret,
    signing,
  });
  connectionId = made.connection_id;
});
afterAll(() => world.close());

const deps = (): ListeningDeps => ({
  sealKey: world.gateway.sealKey,
  where: { publicUrl: undefined, port: Number(new URL(world.gateway.url).port) },
  clock: systemClock,
});
const place = () => ({ workspaceId: world.workspaceId, connectionId });
const state = () => world.asMember((tx) => readListening(tx, deps(), place()));

const listen = (input: object) =>
  world.asMember((tx) =>
    makeListeningConnection(
      tx,
      deps(),
      { workspaceId: world.workspaceId, userId: world.member.userId },
      listeningInputSchema.parse({ connector: 'http_webhook', ...input }),
    ),
  );

const post = async (event: object, how: Post = {}): Promise<number> =>
  postAsShop((await state()).url ?? '', { secret, ...how }, event);

const records = async () => {
  const rows = await world.admin<{ key: string; data: Record<string, unknown>; gone: boolean }[]>`
    select l.external_id as key, r.data, r.deleted_at is not null as gone
    from public.links l join public.records r on r.id = l.record_id
    where l.connection_id = ${connectionId} order by l.external_id`;
  return rows.map(({ key, data, gone }) => ({
    key,
    title: data['title'],
    state: data['state'],
    gone,
  }));
};
const lastEvent = async () => {
  const [row] = await world.admin<{ status: string; outcome: string; verdict: string }[]>`
    select status, outcome, verdict from public.inbox_events
    where connection_id = ${connectionId} order by id desc limit 1`;
  return row;
};
const define = (given: object = definition) => {
  const session = { ...world.member } as Session;
  const asBearer: Parameters<typeof addStream>[1] = (_session, work) => world.asMember(work);
  return addStream(world.web, asBearer, session, {
    ...place(),
    resource: 'tasks',
    definition: JSON.parse(JSON.stringify(given)),
  });
};

describe('a connection that only listens', () => {
  it('waits for something signed, and takes nothing else', async () => {
    expect(await state()).toMatchObject({
      status: 'waiting',
      proves: 'body',
      last_received_at: null,
    });
    const event = { type: 'order.created', data: { order: order(1) } };
    expect(await post(event, { secret: 'a-guess-of-somebody' })).toBe(401);
    expect(await post(event, { body: JSON.stringify({ ...event, type: 'x' }) })).toBe(401);
    expect(await post(event, { seconds: 1_600_000_000 })).toBe(401);
    expect((await state()).status).toBe('waiting');
    expect(await post(event)).toBe(200);
    await expect.poll(async () => (await state()).status, patience).toBe('active');
    // Nothing says yet what an order is: the event stays and says so.
    await expect.poll(async () => (await lastEvent())?.status, patience).toBe('ignored');
    expect((await lastEvent())?.outcome).toMatch(/no list/);
  });

  it('tries a definition on what has come, and refuses one that reads none of it', async () => {
    const preview = (given: object) =>
      world.asMember((tx) =>
        previewEvents(tx, httpWebhook, {
          ...place(),
          resource: 'tasks',
          definition: JSON.parse(JSON.stringify(given)),
        }),
      );
    const { preview: seen } = await preview(definition);
    expect(seen).toMatchObject({
      found: 1,
      sample: [{ id: '1', fields: { title: 'Buyer 1', state: 'open' } }],
    });
    const wrong = { ...definition, id: 'number' };
    expect((await preview(wrong)).preview).toMatchObject({ found: 0 });
    await expect(define(wrong)).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('becomes records once it is defined, in one’s own words', async () => {
    const stream = await define();
    await expect
      .poll(async () => {
        const [row] = await world.admin`select phase from public.streams where id = ${stream.id}`;
        return row?.['phase'];
      }, patience)
      .toBe('live');
    expect(await post({ type: 'order.created', data: { order: order(2) } })).toBe(200);
    await expect
      .poll(records, patience)
      .toEqual([{ key: '2', title: 'Buyer 2', state: 'open', gone: false }]);
    const later = { status: 'shipped', changed: '2026-11-20T11:00:00Z' };
    const list = [order(2, later), order(3)];
    expect(await post({ type: 'order.updated', data: { order: list } })).toBe(200);
    await expect.poll(records, patience).toEqual([
      { key: '2', title: 'Buyer 2', state: 'done', gone: false },
      { key: '3', title: 'Buyer 3', state: 'open', gone: false },
    ]);
  });

  it('does not go back to an older state, nor twice through one delivery', async () => {
    const id = randomUUID();
    const old = { type: 'order.updated', data: { order: order(2, { status: 'new' }) } };
    expect(await post(old, { id })).toBe(200);
    expect(await post(old, { id })).toBe(200);
    await expect
      .poll(async () => (await lastEvent())?.status, patience)
      .not.toMatch(/pending|queued/);
    expect((await records())[0]).toMatchObject({ key: '2', state: 'done' });
    const [row] = await world.admin`
      select count(*)::int as n from public.inbox_events where delivery_id = ${id}`;
    expect(row?.['n']).toBe(1);
  });

  it('marks what is gone, and leaves what it does not read', async () => {
    const gone = {
      type: 'order.deleted',
      data: { order: order(3, { changed: '2026-11-20T12:00:00Z' }) },
    };
    expect(await post(gone)).toBe(200);
    await expect.poll(async () => (await records())[1]?.gone, patience).toBe(true);
    expect(await post({ type: 'refund.made', data: {} })).toBe(200);
    await expect.poll(async () => (await lastEvent())?.status, patience).toBe('ignored');
    expect((await lastEvent())?.outcome).toBe('Orders does not read refund.made');
  });

  it('has another secret, and the former one for a day, or no longer', async () => {
    const former = secret;
    const made = await world.asMember((tx) =>
      rotateListeningSecret(tx, deps(), place(), { is_at_once: false }),
    );
    expect(made.secret).toMatch(/^[0-9a-f]{64}$/);
    expect(made.state.former_until).not.toBeNull();
    const event = { type: 'refund.made' };
    await expect.poll(() => post(event, { secret: made.secret ?? '' }), patience).toBe(200);
    expect(await post(event, { secret: former })).toBe(200);
    await expect
      .poll(async () => (await lastEvent())?.verdict, patience)
      .toBe('verified_previous_secret');
    secret = made.secret ?? '';
    const again = await world.asMember((tx) =>
      rotateListeningSecret(tx, deps(), place(), { secret: 'pasted-by-hand', is_at_once: true }),
    );
    expect(again).toMatchObject({ secret: null, state: { former_until: null } });
    await expect.poll(() => post(event, { secret: 'pasted-by-hand' }), patience).toBe(200);
    await expect.poll(() => post(event, { secret }), patience).toBe(401);
    secret = 'pasted-by-hand';
  });

  it('is nobody’s from the moment it is disconnected', async () => {
    await disconnect(world.web, world.member, place(), (tx) =>
      beginDisconnect(tx, { ...place(), requestedBy: world.member.userId }),
    );
    await expect
      .poll(() => world.asMember((tx) => getConnection(tx, place())), patience)
      .toMatchObject({ status: 'disconnected' });
    expect((await state()).status).toBe('removed');
    await expect.poll(() => post({ type: 'refund.made' }), patience).toBe(404);
  });
});

describe('an address that is not signed', () => {
  it('shows what comes, marked, and changes no record', async () => {
    const made = await listen({ title: 'Anybody', signing: { by: 'nothing', event_path: 'type' } });
    connectionId = made.connection_id;
    expect(made).toMatchObject({ secret: null, state: { proves: 'nothing' } });
    const stream = await define();
    // Nothing has come yet, and there is no other way than to wait for it.
    await expect
      .poll(async () => {
        const [row] = await world.admin`
          select phase, delivery from public.streams where id = ${stream.id}`;
        return { ...row };
      }, patience)
      .toEqual({ phase: 'live', delivery: 'webhook' });
    const { url } = await state();
    const answer = await fetch(url ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'order.created', data: { order: order(9) } }),
    });
    expect(answer.status).toBe(200);
    await expect.poll(async () => (await lastEvent())?.status, patience).toBe('ignored');
    expect(await lastEvent()).toMatchObject({
      verdict: 'unverified',
      outcome: expect.stringMatching(/^Nothing proves/),
    });
    expect(await records()).toEqual([]);
  });
});

describe('a service that brings its secret along', () => {
  it('verifies once an admin has looked at it and taken it over', async () => {
    const made = await listen({ title: 'Notes', signing: { by: 'preset', preset: 'notion' } });
    connectionId = made.connection_id;
    expect(made).toMatchObject({ secret: null, state: { brings_secret: true, proves: 'body' } });
    const { url, endpoint_id: endpointId } = await state();
    const send = async (body: object, headers: Record<string, string> = {}): Promise<number> => {
      const answer = await fetch(url ?? '', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      return answer.status;
    };
    const event = { id: randomUUID(), type: 'page.created' };
    const token = 'secret_of-the-notes';
    const signed = {
      'x-notion-signature': `sha256=${createHmac('sha256', token).update(JSON.stringify(event)).digest('hex')}`,
    };
    expect(await send({ verification_token: token })).toBe(200);
    // Anybody could have sent it: until somebody says that it is right, it verifies nothing.
    expect(await send(event, signed)).toBe(401);
    const open = broughtOpener(gatewayToken);
    const brought = await world.asMember((tx) => readBroughtSecret(tx, open, endpointId));
    expect(brought?.secret).toBe(token);
    const taken = { endpointId, broughtAt: brought?.brought_at ?? '' };
    const keys = { open, sealKey: world.gateway.sealKey };
    await world.asMember((tx) => takeBroughtSecret(tx, keys, taken));
    await expect.poll(() => send(event, signed), patience).toBe(200);
    await expect.poll(async () => (await lastEvent())?.verdict, patience).toBe('verified');
    expect(await world.asMember((tx) => readBroughtSecret(tx, open, endpointId))).toBeNull();
  });
});
