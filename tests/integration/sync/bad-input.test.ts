import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RemoteObject } from '#lib/connectors/protocol/index';
import { HubError, type JsonObject } from '#lib/core/index';
import { listStreams, startRun } from '#lib/sync/index';
import { syncLimits } from '../../../lib/sync/limits.ts';
import {
  as,
  editRecord,
  expectSame,
  held,
  letTimePass,
  makeWorld,
  observe,
  settle,
  sweep,
  type World,
} from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

const good: JsonObject = { title: 'Good', body: 'Fine', state: 'open', labels: ['a'] };
/** What a service may hand over, past the types of its connector. */
const strange = (id: string, fields: JsonObject, more: object = {}): RemoteObject => ({
  ...world.service.put(id, good),
  fields: { ...good, ...fields },
  raw: { id, fields },
  ...more,
});

const unreadable = async () => {
  const { workspaceId } = world.owner;
  const streams = await as(world, world.owner, (tx) => listStreams(tx, { workspaceId }));
  return streams.map((stream) => stream.unreadable);
};

describe('what a service hands over that cannot be', () => {
  it.each<[string, JsonObject, string]>([
    ['a day that is none', { due_on: '2026-02-30' }, 'due_on'],
    ['a description of three megabytes', { body: 'x'.repeat(3_000_000) }, 'body'],
    ['a state never seen', { state: 'triaged_by_robot' }, 'state'],
    ['null where a list was', { labels: null }, 'labels'],
    ['a number where a text was', { title: 404 }, 'title'],
    ['a number JSON cannot keep', { comments: Number('1e400') }, 'comments'],
  ])(
    '%s: the field is named, the object kept, the others proceed',
    async (_name, fields, field) => {
      const seen = await observe(world, [strange('1', fields), strange('2', {})], 'poll');
      expect(seen).toMatchObject({ created: 2 });
      expect(seen.faults).toMatchObject([{ externalId: '1' }]);
      const [link] =
        await world.admin`select unreadable, raw from public.links where external_id = '1'`;
      expect(Object.keys(link?.['unreadable'] as object)).toEqual([field]);
      expect(link?.['raw']).toHaveProperty(['fields', field]);
      expect((await held(world, '2')).data['title']).toBe('Good');
      expect(await unreadable()).toEqual([1]);
      // The next good state takes the place of the bad one.
      await observe(world, [world.service.edit('1', { ...good, title: 'Better' })]);
      const [after] =
        await world.admin`select unreadable from public.links where external_id = '1'`;
      expect(after?.['unreadable']).toEqual({});
      expect(await unreadable()).toEqual([0]);
    },
  );

  it('is not overwritten: an edit of a field nobody here has seen is taken back', async () => {
    world.service.put('1', { ...good, body: 'x'.repeat(3_000_000) });
    await observe(world, [world.service.snapshot('1')], 'poll');
    await editRecord(world, '1', { body: 'Mine', title: 'Also mine' });
    await settle(world);
    expect(world.service.writes).toEqual([{ id: '1', fields: { title: 'Also mine' } }]);
    expect((await held(world, '1')).data).toMatchObject({ title: 'Also mine', body: null });
    expect(world.service.snapshot('1').fields['body']).toHaveLength(3_000_000);
  });

  it.each<[string, object]>([
    ['without an id', { externalId: '' }],
    ['with a number for an id', { externalId: 17 }],
    ['with an endless id', { externalId: 'x'.repeat(500) }],
    ['whose state is in no order', { rank: Number('1e400') }],
    ['whose time is none', { updatedAt: 'the day before' }],
  ])('an object %s: kept in the log, the others proceed', async (_name, more) => {
    const bad = strange('1', {}, more);
    const seen = await observe(world, [bad, strange('2', {})], 'poll');
    expect(seen).toMatchObject({ created: 1 });
    expect(seen.faults).toHaveLength(1);
    expect(seen.faults[0]?.raw).toEqual({ id: '1', fields: {} });
  });

  it('text of every writing comes through as it is', async () => {
    const title = '👩‍👩‍👧‍👦 مرحبا שלום \u202eabc Ẁ';
    const author = { id: '1', login: 'نور', name: 'ליאור' };
    world.service.put('1', { ...good, title, author });
    await observe(world, [world.service.snapshot('1')], 'poll');
    expect((await held(world, '1')).data).toMatchObject({ title, author });
    await editRecord(world, '1', { title: `${title}!` });
    await settle(world);
    expect(world.service.snapshot('1').fields['title']).toBe(`${title}!`.normalize('NFC'));
  });

  it('a child whose parent is gone keeps its record, and goes out by itself', async () => {
    world.service.put('1', good);
    world.service.put('2', { ...good, parent: '1' });
    await observe(world, world.service.list(), 'poll');
    await observe(world, [world.service.remove('1')]);
    await editRecord(world, '2', { title: 'Orphan' });
    await settle(world);
    expect(world.service.snapshot('2').fields).toMatchObject({ title: 'Orphan', parent: '1' });
    expect(await held(world, '2')).toMatchObject({ deleted_at: null, state: 'synced' });
  });

  it('one record that is refused for ever holds nobody up', async () => {
    world.service.seed(3);
    await settle(world);
    const { api } = world.service;
    world.service.api = {
      ...api,
      update: (ctx, resource, ref, fields, guard) =>
        ref.externalId === '1'
          ? Promise.reject(new HubError('provider.unavailable', '500', { retry: 'later' }))
          : api.update(ctx, resource, ref, fields, guard),
    };
    for (const id of ['1', '2', '3']) await editRecord(world, id, { title: `Mine ${id}` });
    expect((await sweep(world)).sort()).toEqual(['accepted', 'accepted', 'postponed']);
    for (let round = 0; round < 5; round += 1) {
      await letTimePass(world);
      await sweep(world);
    }
    expect(await held(world, '1')).toMatchObject({ error: { code: 'provider.unavailable' } });
    const [wait] =
      await world.admin`select attempts, next_attempt_at > now() + interval '5 seconds' as later
      from public.links where external_id = '1'`;
    expect(wait).toEqual({ attempts: 6, later: true });
  });
});

describe('lists that lead astray', () => {
  it('a page twice is one page', async () => {
    world.service.pageSize = 5;
    world.service.seed(20);
    const { api } = world.service;
    world.service.api = {
      ...api,
      backfill: async (ctx, resource, scope, from) => {
        const page = await api.backfill(ctx, resource, scope, from);
        // Each page is shown a second time, under a place of its own.
        return from?.['again'] === true ? page : { ...page, next: { ...from, again: true } };
      },
    };
    expect(await settle(world)).toContain('completed');
    await expectSame(world);
  });

  it('one page under ever new names ends, with the reason', async () => {
    world.service.seed(1);
    const { api } = world.service;
    let names = 0;
    world.service.api = {
      ...api,
      backfill: async (...given) => {
        names += 1;
        return { ...(await api.backfill(...given)), next: { name: names } };
      },
    };
    let outcomes: string[] = [];
    for (let round = 0; round < 20 && !outcomes.includes('failed'); round += 1) {
      outcomes = await sweep(world);
      await letTimePass(world);
    }
    expect(outcomes).toContain('failed');
    expect(names).toBeLessThan(2 * syncLimits.samePages);
  });

  it('pages in a circle end, with the reason', async () => {
    world.service.pageSize = 5;
    world.service.seed(20);
    const { api } = world.service;
    world.service.api = {
      ...api,
      backfill: async (...given) => {
        const page = await api.backfill(...given);
        return page.next === null ? { ...page, next: { at: 10 } } : page;
      },
    };
    let outcomes: string[] = [];
    for (let round = 0; round < 20 && !outcomes.includes('failed'); round += 1) {
      outcomes = await sweep(world);
      await letTimePass(world);
    }
    expect(outcomes).toContain('failed');
    expect(world.service.calls.length).toBeLessThan(40);
    const [run] = await world.admin`select error from public.runs where id = ${world.runId}`;
    expect(run?.['error']).toMatchObject({ code: 'provider.bad_answer' });
  });

  it('a poll that stays where it is is not asked again and again', async () => {
    world.service.seed(2);
    await settle(world);
    const { api } = world.service;
    world.service.api = {
      ...api,
      poll: async (...given) => ({
        ...(await api.poll(...given)),
        cursor: given[3],
        hasMore: true,
      }),
    };
    world.service.calls.splice(0);
    await letTimePass(world);
    expect(await sweep(world)).toEqual(['failed']);
    expect(world.service.calls).toEqual(['poll']);
    expect(await sweep(world)).toEqual([]);
  });

  it('five thousand objects of one moment are all found, across pages', {
    timeout: 120_000,
  }, async () => {
    world.service.pageSize = 500;
    for (let id = 1; id <= 5_000; id += 1)
      world.service.put(String(id), { ...good, title: `t${id}` });
    await settle(world);
    world.service.now += 1_000;
    for (let id = 1; id <= 5_000; id += 1) world.service.put(String(id), { title: `new ${id}` });
    const { api } = world.service;
    world.service.api = { ...api, poll: (...given) => pollByKey(given[3]) };
    await letTimePass(world);
    await sweep(world);
    const [row] =
      await world.admin`select count(*)::int as n from public.records where data ->> 'title' like 'new %'`;
    expect(row?.['n']).toBe(5_000);
  });

  /** A poll by time and id: what was changed in one moment is told apart by its id. */
  const pollByKey: World['service']['api']['poll'] extends (...given: never[]) => infer Page
    ? (cursor: JsonObject) => Page
    : never = (cursor) => {
    const since = Number(cursor['since'] ?? 0);
    const after = typeof cursor['after'] === 'string' ? cursor['after'] : '';
    const rest = world.service
      .list()
      .filter(({ rank, externalId }) => rank > since || (rank === since && externalId > after))
      .sort((a, b) => a.rank - b.rank || (a.externalId < b.externalId ? -1 : 1));
    const objects = rest.slice(0, world.service.pageSize);
    const last = objects.at(-1);
    const hasMore = rest.length > objects.length;
    const place =
      hasMore && last
        ? { since: last.rank, after: last.externalId }
        : { since: last?.rank ?? since };
    return Promise.resolve({
      objects,
      faults: [],
      cursor: place,
      hasMore,
      notModified: false,
      intervalMs: null,
    });
  };

  it('a place that is dropped again and again is not read from the beginning for ever', async () => {
    world.service.seed(2);
    await settle(world);
    const { api } = world.service;
    const gone = () => Promise.reject(new HubError('provider.gone', 'No such place.'));
    world.service.api = { ...api, poll: gone };
    for (let round = 0; round < 30; round += 1) {
      await letTimePass(world);
      await sweep(world);
    }
    const [stream] = await world.admin`select phase, phase_detail from public.streams`;
    expect(stream?.['phase']).toBe('failed');
    expect(stream?.['phase_detail']).toContain('forgets every place');
    const [runs] =
      await world.admin`select count(*)::int as n from public.runs where kind = 'backfill'`;
    expect(runs?.['n']).toBe(1 + syncLimits.resyncs);
    // A person may have it read again.
    world.service.api = api;
    await as(world, world.owner, (tx) =>
      startRun(tx, { streamId: world.streamId, kind: 'backfill', requestedBy: world.owner.userId }),
    );
    await settle(world);
    await expectSame(world);
  });
});
