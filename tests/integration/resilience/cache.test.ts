import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HubError, newId } from '#lib/core/index';
import { asUser, transaction } from '#lib/db/index';
import { dropOldCache, markTags } from '#lib/resilience/index';
import { patience } from '../../setup/patience.ts';
import { type CacheWorld, gate, makeCacheWorld, topic } from './cache-world.ts';

let world: CacheWorld;
let workspaceId: string;
let loads: number;

beforeAll(async () => {
  world = await makeCacheWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  workspaceId = await world.workspace();
  loads = 0;
});

const at = (key = 'k') => ({ workspaceId, key: [key], tags: ['tag'] });
const request = (value: string[] = ['a'], key?: string) => ({
  ...at(key),
  load: () => {
    loads += 1;
    return Promise.resolve(value);
  },
});
/** As if it had been loaded that long ago. */
const age = (seconds: number) =>
  world.admin`
    update private.cache_entries set loaded_at = now() - make_interval(secs => ${seconds})
    where workspace_id = ${workspaceId}`;
const mark = (tags = ['tag'], space = workspaceId) =>
  transaction(world.pools[0] as never, (tx) => markTags(tx, space, tags));

describe('one load', () => {
  it('of 200 readers in four processes at once', async () => {
    const door = gate();
    const slow = {
      ...at(),
      load: async () => {
        loads += 1;
        await door.opened;
        return ['a'];
      },
    };
    const caches = [0, 1, 2, 3].map((n) => world.cache(n));
    const reads = caches.flatMap((cache) =>
      Array.from({ length: 50 }, () => cache.read(topic, slow)),
    );
    await expect.poll(() => loads, patience).toBe(1);
    door.open();
    const values = await Promise.all(reads);
    expect(new Set(values.map(({ value }) => JSON.stringify(value)))).toEqual(new Set(['["a"]']));
    expect(loads).toBe(1);
  });

  it('again and again: a process that looks late still finds what the first one wrote', async () => {
    for (let round = 0; round < 20; round += 1) {
      loads = 0;
      const caches = [0, 1, 2, 3].map((n) => world.cache(n));
      await Promise.all(caches.map((cache) => cache.read(topic, request(['a'], `round ${round}`))));
      expect(loads).toBe(1);
    }
  });

  it('that fails is told, leaves nothing, and the next one may try', async () => {
    const cache = world.cache(0);
    const broken = {
      ...at(),
      load: () => Promise.reject(new HubError('provider.unavailable')),
    };
    await expect(cache.read(topic, broken)).rejects.toMatchObject({ code: 'provider.unavailable' });
    await expect(world.cache(1).read(topic, request())).resolves.toMatchObject({ value: ['a'] });
  });

  it('that was overtaken writes nothing over the one that followed', async () => {
    const doors = [gate(), gate()];
    const [slow, fast] = [world.cache(0), world.cache(1)];
    const load = (value: string, n: 0 | 1) => ({
      ...at(),
      load: async () => {
        loads += 1;
        await doors[n]?.opened;
        return [value];
      },
    });
    const late = slow.read(topic, load('late', 0));
    await expect.poll(() => loads, patience).toBe(1);
    await world.admin`
      update private.cache_entries set lease_until = now() - interval '1 second'
      where workspace_id = ${workspaceId}`;
    const next = fast.read(topic, load('next', 1));
    await expect.poll(() => loads, patience).toBe(2);
    doors[0]?.open();
    expect((await late).value).toEqual(['late']);
    expect(await world.cache(2).peek(topic, at())).toBeNull();
    doors[1]?.open();
    await next;
    expect(await world.cache(3).peek(topic, at())).toMatchObject({ value: ['next'] });
  });

  it('of a process that died in the middle is done by another one', async () => {
    await world.admin`
      insert into private.cache_entries (workspace_id, key, topic, holder, lease_until, expires_at)
      select ${workspaceId}, sha256(${JSON.stringify(['names', 'k'])}::text::bytea), 'names',
        ${newId()}, now() + interval '300 milliseconds', now() + interval '1 minute'`;
    await expect(world.cache(0).read(topic, request())).resolves.toMatchObject({ value: ['a'] });
    expect(loads).toBe(1);
  });
});

describe('a value', () => {
  it('that is fresh is answered by every process without a load', async () => {
    await world.cache(0).read(topic, request(['a']));
    const kept = await world.cache(1).read(topic, request(['b']));
    expect(kept).toMatchObject({ value: ['a'], state: 'fresh' });
    expect(loads).toBe(1);
  });

  it('that is stale is answered at once and refreshed behind', async () => {
    await world.cache(0).read(topic, request(['old']));
    await age(120);
    const cache = world.cache(1);
    const door = gate();
    const slow = { ...at(), load: () => door.opened.then(() => ['new']) };
    const kept = await cache.read(topic, slow);
    expect(kept).toMatchObject({ value: ['old'], state: 'stale' });
    expect(Math.abs(Date.now() - kept.asOfMs - 120_000)).toBeLessThan(60_000);
    door.open();
    await cache.settled();
    expect(await world.cache(2).read(topic, request())).toMatchObject({ value: ['new'] });
    expect(loads).toBe(1);
  });

  it('that is stale stays when the source fails behind it', async () => {
    await world.cache(0).read(topic, request(['old']));
    await age(120);
    const cache = world.cache(1);
    const broken = { ...at(), load: () => Promise.reject(new HubError('provider.timeout')) };
    expect(await cache.read(topic, broken)).toMatchObject({ value: ['old'] });
    await cache.settled();
    expect(await world.cache(2).peek(topic, at())).toMatchObject({ value: ['old'] });
  });

  it('that is too old is not shown', async () => {
    await world.cache(0).read(topic, request(['old']));
    await age(4_000);
    expect(await world.cache(1).peek(topic, at())).toBeNull();
    expect(await world.cache(1).read(topic, request(['new']))).toMatchObject({ value: ['new'] });
  });

  it('is asked for anew by whoever insists', async () => {
    await world.cache(0).read(topic, request(['old']));
    const insisted = await world.cache(1).read(topic, { ...request(['new']), refresh: true });
    expect(insisted.value).toEqual(['new']);
    expect(loads).toBe(2);
  });
});

describe('a mark', () => {
  it('makes the value old in another process', async () => {
    const [one, two] = [world.cache(0), world.cache(1)];
    await one.read(topic, request(['old']));
    await mark();
    expect(await two.peek(topic, at())).toBeNull();
    expect(await two.read(topic, request(['new']))).toMatchObject({ value: ['new'] });
    // What the first one has in memory is believed for a second at most.
    await expect.poll(async () => (await one.peek(topic, at()))?.value, patience).toEqual(['new']);
  });

  it('set while a load runs makes its result old before anybody sees it', async () => {
    const door = gate();
    const cache = world.cache(0);
    const running = cache.read(topic, {
      ...at(),
      load: async () => {
        loads += 1;
        await door.opened;
        return ['from before'];
      },
    });
    await expect.poll(() => loads, patience).toBe(1);
    await mark();
    door.open();
    await running;
    expect(await world.cache(1).peek(topic, at())).toBeNull();
  });

  it('of a transaction that is undone marks nothing', async () => {
    await world.cache(0).read(topic, request(['a']));
    const undone = transaction(world.pools[0] as never, async (tx) => {
      await markTags(tx, workspaceId, ['tag']);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await world.cache(1).peek(topic, at())).toMatchObject({ value: ['a'] });
  });

  it('of another tag or another workspace changes nothing here', async () => {
    await world.cache(0).read(topic, request(['a']));
    await mark(['other']);
    await mark(['tag'], await world.workspace());
    expect(await world.cache(1).peek(topic, at())).toMatchObject({ value: ['a'] });
  });

  it('set by two transactions in opposite order deadlocks neither', async () => {
    const marked = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) => mark(n % 2 ? ['x', 'y', 'z'] : ['z', 'y', 'x'])),
    );
    expect(marked.every(({ status }) => status === 'fulfilled')).toBe(true);
  });
});

describe('workspaces', () => {
  it('share no value under one key', async () => {
    const cache = world.cache(0);
    await cache.read(topic, request(['mine']));
    const theirs = { ...at(), workspaceId: await world.workspace() };
    // Neither by the memory of the process nor by the shared level, nor by a load under way.
    expect(await cache.peek(topic, theirs)).toBeNull();
    expect(await world.cache(1).peek(topic, theirs)).toBeNull();
    const both = [request(['ours']), { ...request(['theirs']), workspaceId: theirs.workspaceId }];
    const read = await Promise.all(both.map((one) => cache.read(topic, { ...one, refresh: true })));
    expect(read.map(({ value }) => value)).toEqual([['ours'], ['theirs']]);
  });

  it('are kept apart by the database too, and no member writes', async () => {
    await world.cache(0).read(topic, request(['mine']));
    const claims = { userId: newId(), sessionId: newId() };
    await world.admin`insert into public.users (id, email) values (${claims.userId}, ${`${claims.userId}@x.test`})`;
    await world.admin`
      insert into private.sessions (id, token_hash, user_id, expires_at)
      values (${claims.sessionId}, ${randomBytes(32)}, ${claims.userId}, now() + interval '1 day')`;
    const look = () => asUser(world.web, claims, (tx) => world.cache(1).peek(topic, at(), tx));
    expect(await look()).toBeNull();
    await world.admin`
      insert into public.members (workspace_id, user_id, role)
      values (${workspaceId}, ${claims.userId}, 'owner')`;
    expect(await look()).toMatchObject({ value: ['mine'] });
    const poison = asUser(world.web, claims, (tx) =>
      tx`update private.cache_entries set value = '["poison"]'`.then(() => undefined),
    );
    await expect(poison).rejects.toMatchObject({ code: '42501' });
  });
});

describe('what does not belong there', () => {
  it.each([
    ['half a text', '{'],
    ['another shape', '{"a":1}'],
    ['another kind inside', '[1]'],
    ['more than the topic allows', `["${'x'.repeat(5_000)}"]`],
  ])('is not believed: %s', async (_, text) => {
    await world.cache(0).read(topic, request(['a']));
    await world.admin`update private.cache_entries set value = ${text} where workspace_id = ${workspaceId}`;
    expect(await world.cache(1).peek(topic, at())).toBeNull();
    expect(await world.cache(1).read(topic, request(['b']))).toMatchObject({ value: ['b'] });
  });

  it('is answered and not kept when it is too large', async () => {
    const large = ['x'.repeat(5_000)];
    expect((await world.cache(0).read(topic, request(large))).value).toEqual(large);
    const rows = await world.admin`
      select value, holder from private.cache_entries where workspace_id = ${workspaceId}`;
    expect([...rows]).toEqual([{ value: null, holder: null }]);
  });
});

it('forgets what nobody can use any more', async () => {
  await world.cache(0).read(topic, request());
  await mark();
  await world.admin`
    update private.cache_entries set expires_at = now() - interval '1 second' where workspace_id = ${workspaceId}`;
  await world.admin`update private.cache_marks set at = now() - interval '8 days' where workspace_id = ${workspaceId}`;
  await dropOldCache(world.pools[0] as never);
  const [left] = await world.admin`
    select (select count(*) from private.cache_entries where workspace_id = ${workspaceId})::int as entries,
      (select count(*) from private.cache_marks where workspace_id = ${workspaceId})::int as marks`;
  expect(left).toEqual({ entries: 0, marks: 0 });
});

it('tells each workspace how its own reads ended', async () => {
  const cache = world.cache(0);
  await cache.read(topic, request());
  await cache.read(topic, request());
  await cache.read(topic, { ...request(), workspaceId: await world.workspace() });
  expect(cache.figures(workspaceId)).toEqual([{ topic: 'names', fresh: 1, stale: 0, missed: 1 }]);
});
