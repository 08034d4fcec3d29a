import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  checkConnection,
  createConnectionGuards,
  getConnection,
  listConnectionLog,
  listScopes,
  openConnection,
} from '#lib/connections/index';
import { asUser } from '#lib/db/index';
import type { FakeProvider } from './fake-provider.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
let connectionId: string;
let usual: Pick<FakeProvider, 'onToken' | 'onApi'>;
const { signal } = new AbortController();

beforeAll(async () => {
  world = await makeWorld();
  usual = { onToken: world.provider.onToken, onApi: world.provider.onApi };
  connectionId = await world.connect();
  world.provider.apiCalls.length = 0;
});
afterAll(() => world.close());
afterEach(async () => {
  Object.assign(world.provider, usual);
  await world.worker.guards.close();
  world.worker.guards = createConnectionGuards(world.worker);
  await world.admin`delete from public.connection_budgets`;
  await world.admin`delete from public.connection_budget_shares`;
  await world.admin`delete from public.connection_breakers`;
  world.provider.apiCalls.length = 0;
  await world.admin`delete from public.connection_log`;
});

const place = () => ({ workspaceId: world.owner.workspaceId, connectionId });
const log = async () => {
  const page = await asUser(world.web.db, world.owner, (tx) => listConnectionLog(tx, place()));
  return page.data;
};
const call = async (method: 'account' | 'update' = 'account') => {
  const opened = await openConnection(world.worker, place(), { lane: 'edit', signal });
  const ref = { externalId: '1', externalKey: null, scope: {} };
  return method === 'account'
    ? opened.api.account(opened.ctx)
    : opened.api.update(opened.ctx, 'issues', ref, {});
};

describe('a fault of the service has a named outcome on the page', () => {
  it.each<[string, number, unknown, Record<string, string>, string, number]>([
    ['403', 403, { message: 'no' }, {}, 'provider.forbidden', 1],
    ['404', 404, { message: 'no' }, {}, 'provider.not_found', 1],
    ['422', 422, { message: 'no' }, {}, 'provider.refused', 1],
    ['429 with a long wait', 429, {}, { 'retry-after': '120' }, 'provider.rate_limited', 1],
    ['500', 500, {}, {}, 'provider.unavailable', 3],
    ['HTML', 200, '<html>', {}, 'provider.bad_answer', 3],
    ['an empty body', 200, '', {}, 'provider.bad_answer', 1],
    ['10 MB', 200, 'x'.repeat(10_000_000), {}, 'provider.answer_too_large', 1],
  ])('%s', async (_name, status, body, headers, code, calls) => {
    world.provider.onApi = (_path, _token, answer) => answer(status, body, headers);
    await expect(call()).rejects.toMatchObject({ code });
    expect(world.provider.apiCalls).toHaveLength(calls);
    const [row] = await log();
    expect(row).toMatchObject({ code, details: { outcome: expect.any(String) } });
  });

  it('a connection that is cut off', async () => {
    world.provider.onApi = () => world.provider.hangUp();
    await expect(call()).rejects.toMatchObject({ code: 'provider.unreachable' });
    expect((await log())[0]).toMatchObject({ code: 'provider.unreachable' });
  });

  it('and a storm of them is one line', async () => {
    world.provider.onApi = (_path, _token, answer) => answer(403, { message: 'no' });
    await Promise.allSettled(Array.from({ length: 10 }, () => call()));
    expect(await log()).toHaveLength(1);
  });
});

describe('a call', () => {
  it('that would have a second effect is not repeated, and one that was told to wait is', async () => {
    world.provider.onApi = (_path, _token, answer) => answer(500, {});
    await expect(call('update')).rejects.toMatchObject({ code: 'provider.unavailable' });
    expect(world.provider.apiCalls).toHaveLength(1);
    let n = 0;
    world.provider.onApi = (_path, _token, answer) => {
      n += 1;
      return n === 1 ? answer(429, {}, { 'retry-after': '1' }) : answer(200, {});
    };
    await expect(call('update')).rejects.toMatchObject({ message: 'Not part of this test' });
    expect(n).toBe(2);
  });

  it('carries the token to the API and to nowhere else', async () => {
    const opened = await openConnection(world.worker, place(), { lane: 'edit', signal });
    for (const path of ['user', '//evil.test/x', '/../oauth/token', '/a/../../x', '@evil.test/']) {
      const sent = opened.ctx.http.send({ method: 'GET', path });
      await expect(sent).rejects.toMatchObject({
        code: path.startsWith('//') ? 'provider.not_found' : 'provider.host_refused',
      });
    }
    expect(world.provider.apiCalls.map((made) => made.path)).toEqual(['/api//evil.test/x']);
    const own = { authorization: 'Bearer mine' };
    await opened.ctx.http.send({ method: 'GET', path: '/user', headers: own });
    expect(world.provider.apiCalls.at(-1)?.authorization).toMatch(/^Bearer access-/);
  });

  it('says nothing secret when it fails', async () => {
    world.provider.onApi = (_path, token, answer) => answer(422, { message: `token ${token}` });
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    const told = JSON.stringify([error, await log()]) + String(error);
    expect(told).not.toMatch(/access-\d|refresh-\d|canary/);
  });
});

describe('a member', () => {
  it('tests a connection', async () => {
    world.provider.account = { id: '7', name: 'ada lovelace' };
    const shown = await world.during(checkConnection(world.web, world.owner, place()));
    expect(shown).toMatchObject({ account_name: 'ada lovelace', status: 'active' });
    world.provider.account = { id: '9', name: 'eve' };
    await expect(
      world.during(checkConnection(world.web, world.owner, place())),
    ).rejects.toMatchObject({ code: 'connections.account_mismatch' });
    world.provider.account = { id: '7', name: 'ada' };
  });

  it('sees what a stream can be scoped to', async () => {
    world.provider.onApi = (_path, _token, answer) => answer(200, []);
    const asked = listScopes(world.web, world.owner, { ...place(), resource: 'issues' });
    expect((await world.during(asked)).data).toEqual([
      {
        key: 'a/b',
        title: 'a/b',
        detail: null,
        scope: { owner: 'a' },
        can_write: true,
        can_hook: true,
        estimate: 3,
        stream_id: null,
      },
    ]);
  });

  it('reaches nothing of another workspace', async () => {
    const foreign = { ...place() };
    for (const ask of [
      () => checkConnection(world.web, world.stranger, foreign),
      () => world.end(world.stranger, foreign),
      () => listScopes(world.web, world.stranger, { ...foreign, resource: 'issues' }),
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: 'resource.not_found' });
    }
  });
});

describe('disconnecting', () => {
  it('revokes, erases and leaves a receipt; connecting again is the same connection', async () => {
    await world.end(world.owner, place());
    const [begun] =
      await world.admin`select status from public.connections where id = ${connectionId}`;
    expect(begun?.['status']).toBe('disconnecting');
    await world.work();
    const shown = await asUser(world.web.db, world.owner, (tx) => getConnection(tx, place()));
    expect(shown).toMatchObject({
      status: 'disconnected',
      receipt: { revocation: 'revoked', credential: 'erased', requested_by: world.owner.userId },
    });
    const [revoked] = world.provider.revocations;
    expect(revoked?.token).toMatch(/^access-/);
    expect(revoked?.authorization).toBe(
      `Basic ${Buffer.from('client-1:canary-client-secret').toString('base64')}`,
    );
    expect(
      await world.admin`select 1 from private.credentials where connection_id = ${connectionId}`,
    ).toHaveLength(0);
    await expect(call()).rejects.toMatchObject({ code: 'connections.not_active' });
    expect(await world.connect()).toBe(connectionId);
  });

  it('ends also when the service is away, and says that the access could not be revoked', async () => {
    world.provider.onRevoke = (answer) => answer(500, '');
    await world.end(world.owner, place());
    await world.work();
    const shown = await asUser(world.web.db, world.owner, (tx) => getConnection(tx, place()));
    expect(shown).toMatchObject({ status: 'disconnected', receipt: { revocation: 'failed' } });
  });

  it('that was overtaken by connecting again ends nothing', async () => {
    connectionId = await world.connect();
    world.provider.revocations.length = 0;
    await world.end(world.owner, place());
    await world.admin`update public.connections set status = 'active' where id = ${connectionId}`;
    await world.work();
    expect(world.provider.revocations).toHaveLength(0);
    await call();

    await world.end(world.owner, place());
    // Connected again while the old access is being revoked.
    world.provider.onRevoke = (answer) => {
      void world.admin`update public.connections set status = 'active' where id = ${connectionId}`.then(
        () => answer(204, ''),
      );
    };
    await world.work();
    const [left] = await world.admin`
      select c.status, c.receipt, k.connection_id is not null as has_credential
      from public.connections c left join private.credentials k on k.connection_id = c.id
      where c.id = ${connectionId}`;
    expect(left).toEqual({ status: 'active', receipt: null, has_credential: true });
  });
});
