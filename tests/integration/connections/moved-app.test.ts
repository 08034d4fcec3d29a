import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openConnection, putApp } from '#lib/connections/index';
import { asUser } from '#lib/db/index';
import { type FakeProvider, startFakeProvider } from './fake-provider.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
let elsewhere: FakeProvider;
beforeAll(async () => {
  world = await makeWorld();
  elsewhere = await startFakeProvider();
});
afterAll(async () => {
  await elsewhere.close();
  await world.close();
});
beforeEach(async () => {
  await pointAppAt(world.provider);
  world.provider.tokenRequests.length = 0;
  world.provider.revocations.length = 0;
});

const pointAppAt = (provider: FakeProvider) =>
  asUser(world.web.db, world.owner, (tx) =>
    putApp(tx, world.web, world.owner, {
      connector: 'fake',
      client_id: 'client-2',
      client_secret: 'canary-of-the-new-app',
      base_url: provider.url,
    }),
  );

it('the secret of an app goes where the app points, not where an old connection points', async () => {
  world.provider.onToken = (_form, answer) => answer(200, world.provider.issue({ expires_in: 5 }));
  const connectionId = await world.connect();
  const at = { workspaceId: world.owner.workspaceId, connectionId };
  await pointAppAt(elsewhere);
  world.provider.tokenRequests.length = 0;
  const opening = openConnection(world.worker, at, {
    lane: 'edit',
    signal: new AbortController().signal,
  });
  await expect(opening).rejects.toMatchObject({ code: 'connections.needs_reauth' });
  expect([world.provider.tokenRequests, elsewhere.tokenRequests]).toEqual([[], []]);

  await world.end(world.owner, at);
  await world.work();
  expect([world.provider.revocations, elsewhere.revocations]).toEqual([[], []]);
  const [row] = await world.admin`
    select status, receipt ->> 'revocation' as revocation from public.connections where id = ${connectionId}`;
  expect(row).toEqual({ status: 'disconnected', revocation: 'failed' });
});

it('a code of one service is not sent to another to which the app was pointed meanwhile', async () => {
  const page = await world.begin();
  await pointAppAt(elsewhere);
  const finished = world.finish({ state: page.get('state') ?? '', code: 'good-code' });
  await expect(finished).rejects.toMatchObject({ code: 'connections.exchange_failed' });
  expect([world.provider.tokenRequests, elsewhere.tokenRequests]).toEqual([[], []]);
});
