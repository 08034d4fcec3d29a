import { afterAll, beforeAll, expect, it } from 'vitest';
import { openConnection, putApp } from '#lib/connections/index';
import { asUser } from '#lib/db/index';
import { createOutgoing } from '#lib/security/index';
import { type FakeProvider, startFakeProvider } from './fake-provider.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
let elsewhere: FakeProvider;
const { signal } = new AbortController();

beforeAll(async () => {
  world = await makeWorld();
  elsewhere = await startFakeProvider();
  world.worker.outgoing.close();
  world.worker.outgoing = createOutgoing({ allow: [world.provider.hostPort, elsewhere.hostPort] });
});
afterAll(async () => {
  world.worker.outgoing.close();
  await elsewhere.close();
  await world.close();
});

it('a job that goes on does not send the new credential to the old address', async () => {
  const connectionId = await world.connect();
  const at = { workspaceId: world.owner.workspaceId, connectionId };
  const open = () => openConnection(world.worker, at, { lane: 'edit', signal });
  const before = await open();
  await before.ctx.http.send({ method: 'GET', path: '/user' });

  await asUser(world.web.db, world.owner, (tx) =>
    putApp(tx, world.web, world.owner, {
      connector: 'fake',
      client_id: 'client-2',
      client_secret: 'another-secret',
      base_url: elsewhere.url,
    }),
  );
  const page = await world.begin(world.owner, connectionId);
  await world.finish({ state: page.get('state') ?? '', code: 'good-code' });
  world.provider.apiCalls.length = 0;
  elsewhere.apiCalls.length = 0;

  await expect(before.ctx.http.send({ method: 'GET', path: '/user' })).rejects.toMatchObject({
    code: 'connections.not_active',
    retry: 'later',
  });
  expect(world.provider.apiCalls).toEqual([]);
  const answer = await (await open()).ctx.http.send({ method: 'GET', path: '/user' });
  expect(answer.status).toBe(200);
  expect(elsewhere.apiCalls).toHaveLength(1);
  expect(world.provider.apiCalls).toEqual([]);
});
