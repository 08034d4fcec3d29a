import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { listRecords } from '#lib/records/index';
import { type RecordListQuery, recordListQuerySchema, recordSchema } from '#lib/records/schema';
import { as, type Member, makeWorld, observe, settle, type World } from '../sync/world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
  world.service.seed(60);
  world.service.put('7', {
    title: 'Zebra crossing 50% off',
    body: 'A needle_in the hay',
    labels: ['Größe'],
  });
  await settle(world);
});
afterAll(() => world.close());

const list = (query: Partial<RecordListQuery>, member: Member = world.owner) =>
  as(world, member, (tx) =>
    listRecords(tx, {
      workspaceId: world.owner.workspaceId,
      query: recordListQuerySchema.parse(query),
    }),
  );

async function everyPage(query: Partial<RecordListQuery>) {
  const rows: Awaited<ReturnType<typeof list>>['data'] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ ...query, limit: 7, ...(cursor ? { cursor } : {}) });
    rows.push(...page.data);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return rows;
}

describe('the list', () => {
  it('pages through everything once, in each order', async () => {
    for (const sort of ['-updated_at', 'updated_at', 'title', '-title'] as const) {
      const rows = await everyPage({ sort });
      expect(new Set(rows.map((row) => row.id)).size).toBe(60);
      const keys = rows.map((row) =>
        sort.endsWith('title') ? String(row.data['title']).toLowerCase() : row.updated_at,
      );
      const sorted = keys.toSorted();
      expect(keys).toEqual(sort.startsWith('-') ? sorted.toReversed() : sorted);
    }
  });

  it('answers in the wire shape, with the links embedded', async () => {
    const { data } = await list({ limit: 1 });
    const [row] = data.map((record) => recordSchema.parse(record));
    expect(row?.links).toMatchObject([
      {
        connection_id: world.connectionId,
        stream_id: world.streamId,
        connector: 'fake',
        state: 'synced',
      },
    ]);
  });

  it('finds words, parts of titles, and what looks like a pattern', async () => {
    const titles = async (q: string) => (await list({ q })).data.map((row) => row.data['title']);
    const zebra = 'Zebra crossing 50% off';
    expect(await titles('zebra needle_in')).toEqual([zebra]);
    expect(await titles('EBRA CROSS')).toEqual([zebra]);
    expect(await titles('0% o')).toEqual([zebra]);
    expect(await titles('%')).toEqual([zebra]);
    expect(await titles('_')).toEqual([]);
    expect(await titles('it\'s \\ "unbalanced')).toEqual([]);
    expect(await titles('markdown -body')).toEqual([]);
  });

  it('filters by state, label, assignee, connection and stream, and counts', async () => {
    const all = world.service.list();
    const has = (field: string, item: string) => (object: (typeof all)[number]) => {
      const set = object.fields[field];
      return Array.isArray(set) && set.includes(item);
    };
    const counts = [
      [{ state: 'done' }, all.filter((object) => object.fields['state'] === 'done').length],
      [{ label: 'p1' }, all.filter(has('labels', 'p1')).length],
      [{ label: 'Größe' }, 1],
      [{ assignee: 'ada' }, all.filter(has('assignees', 'ada')).length],
      [
        { assignee: 'ada', label: 'p1' },
        all.filter((o) => has('labels', 'p1')(o) && has('assignees', 'ada')(o)).length,
      ],
      [{ connection_id: world.connectionId }, 60],
      [{ stream_id: world.streamId }, 60],
      [{ stream_id: newId() }, 0],
    ] as const;
    for (const [filter, expected] of counts) {
      for (const count of ['exact', 'estimated'] as const) {
        expect([filter, (await list({ ...filter, count })).total]).toEqual([filter, expected]);
      }
      expect(await everyPage(filter)).toHaveLength(expected);
    }
  });

  it('refuses a cursor of another list, and nonsense', async () => {
    const { next_cursor } = await list({ limit: 5 });
    for (const query of [
      { cursor: next_cursor ?? '', sort: 'title' as const },
      { cursor: next_cursor ?? '', state: 'open' as const },
      { cursor: 'AAAA' },
      { cursor: Buffer.from('["x","y"]').toString('base64url') },
    ]) {
      await expect(list(query)).rejects.toMatchObject({ code: 'request.invalid' });
    }
  });

  it('refuses a cursor somebody made up, in words and not with a fault', async () => {
    for (const sort of ['-updated_at', 'title'] as const) {
      const { next_cursor } = await list({ sort, limit: 5 });
      const [mark, key, id] = JSON.parse(Buffer.from(next_cursor ?? '', 'base64url').toString());
      const forged = (other: string) =>
        Buffer.from(JSON.stringify([mark, other, id])).toString('base64url');
      await list({ sort, limit: 5, cursor: forged(key) });
      const keys = ['a\u0000', '\ud83d'];
      const times = ['', 'never', 'infinity', '0000-01-01T00:00:00Z', '2026-02-30T00:00:00Z'];
      for (const other of sort === 'title' ? keys : [...keys, ...times]) {
        const asked = list({ sort, limit: 5, cursor: forged(other) });
        await expect(asked, other).rejects.toMatchObject({ code: 'request.invalid' });
      }
    }
  });

  it('orders titles too long for an index and keeps their cursor short enough', async () => {
    for (const n of [1, 2, 3]) {
      world.service.put(`long-${n}`, {
        title: `\u{1f642}`.repeat(1_000 + n),
        state: 'cancelled',
        labels: [],
      });
    }
    await observe(
      world,
      world.service.list().filter((object) => object.externalId.startsWith('long')),
    );
    const first = await list({ sort: 'title', state: 'cancelled', limit: 1 });
    const cursor = first.next_cursor ?? '';
    expect(recordListQuerySchema.parse({ cursor }).cursor).toBe(cursor);
    const rest = await list({ sort: 'title', state: 'cancelled', limit: 5, cursor });
    expect(rest.data).toHaveLength(2);
    for (const n of [1, 2, 3]) await observe(world, [world.service.remove(`long-${n}`)]);
  });
});
