import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Accept,
  listLookup,
  listScopes,
  metadataTags,
  scopesCommand,
} from '#lib/connections/index';
import { transaction } from '#lib/db/index';
import { markTags } from '#lib/resilience/index';
import { patience } from '../../setup/patience.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
let connectionId: string;
let calls: number;

beforeAll(async () => {
  world = await makeWorld();
  connectionId = await world.connect();
  const usual = world.provider.onApi;
  world.provider.onApi = (path, token, answer) => {
    if (path !== '/api/repos') return usual(path, token, answer);
    calls += 1;
    return answer(200, []);
  };
});
afterAll(() => world.close());
beforeEach(async () => {
  calls = 0;
  await world.admin`delete from private.cache_entries`;
  await world.admin`delete from private.commands`;
  forget();
});

/** As if both processes had just started, without a memory. */
function forget(): void {
  world.web.cache = world.newCache();
  world.kinds['connections.scopes'] = scopesCommand(world.worker, world.newCache());
}
const place = () => ({ workspaceId: world.owner.workspaceId, connectionId, resource: 'issues' });
const ask = (accept?: Accept) =>
  world.during(listScopes(world.web, world.owner, { ...place(), ...(accept ? { accept } : {}) }));
const age = (minutes: number) =>
  world.admin`update private.cache_entries set loaded_at = now() - make_interval(mins => ${minutes})`;
const commands = async () => {
  const [row] = await world.admin<{ n: number }[]>`select count(*)::int as n from private.commands`;
  return row?.n;
};
/** A process believes for a second what it has just seen. */
const callsSoFar = async () => {
  await ask();
  return calls;
};

describe('what a stream can be scoped to', () => {
  it('is asked of the service once, and then known', async () => {
    const first = await ask();
    expect(first).toMatchObject({ state: 'fresh', data: [{ key: 'a/b', stream_id: null }] });
    expect(Date.parse(first.as_of)).not.toBeNaN();
    expect((await ask()).data).toEqual(first.data);
    expect(calls).toBe(1);
    expect(await commands()).toBe(1);
  });

  it('is shown at once when it is old, and asked again behind', async () => {
    await ask();
    await age(10);
    forget();
    const shown = await listScopes(world.web, world.owner, place());
    expect(shown.state).toBe('stale');
    expect(shown.data).toHaveLength(1);
    expect(calls).toBe(1);
    await world.work();
    await expect.poll(() => calls, patience).toBe(2);
  });

  it('is asked anew by whoever insists, and by whoever may not take an old answer', async () => {
    await ask();
    await ask('new');
    expect(calls).toBe(2);
    await ask('fresh');
    expect(calls).toBe(2);
  });

  it('is asked anew after an event that says so', async () => {
    await ask();
    await transaction(world.worker.db, (tx) =>
      markTags(tx, place().workspaceId, metadataTags(connectionId, ['scopes'])),
    );
    await expect.poll(callsSoFar, patience).toBe(2);
  });

  it('is asked anew after the account was connected again', async () => {
    await ask();
    await world.connect();
    await expect.poll(callsSoFar, patience).toBe(2);
  });

  it('holds nothing of what was sealed', async () => {
    await ask();
    const rows = await world.admin`select * from private.cache_entries`;
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toMatch(/access-|refresh-|canary/);
  });

  it('is nobody else’s', async () => {
    await ask();
    const theirs = { ...place(), workspaceId: world.stranger.workspaceId };
    for (const foreign of [place(), theirs]) {
      await expect(listScopes(world.web, world.stranger, foreign)).rejects.toMatchObject({
        code: 'resource.not_found',
      });
    }
  });
});

describe('a lookup the connector does not have', () => {
  it('is refused before anybody is asked', async () => {
    const asked = listLookup(world.web, world.owner, {
      ...place(),
      name: 'labels',
      scopeKey: null,
    });
    await expect(asked).rejects.toMatchObject({ code: 'request.invalid' });
    expect(await commands()).toBe(0);
  });
});

it('is gone with the connection', async () => {
  await ask();
  await world.end(world.owner, place());
  await expect(listScopes(world.web, world.owner, place())).rejects.toMatchObject({
    code: 'connections.not_active',
  });
});
