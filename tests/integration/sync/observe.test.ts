import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RemoteObject } from '#lib/connectors/protocol/index';
import { newId } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import type { RecordPatch } from '#lib/records/schema';
import { requestReading } from '#lib/sync/index';
import {
  editRecord,
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

const edit = (externalId: string, data: RecordPatch['data']) => editRecord(world, externalId, data);

describe('observations', () => {
  it('come to the same record in any order, any number of times', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            field: fc.constantFrom('title', 'body', 'state', 'labels'),
            value: fc.integer({ min: 0, max: 3 }),
            // Several states of one tick of the service's clock.
            ticks: fc.boolean(),
          }),
          { minLength: 1, maxLength: 8 },
        ),
        fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
        async (edits, order) => {
          const id = newId();
          world.service.now += 1_000;
          const states: RemoteObject[] = [
            world.service.put(id, { title: 't', body: null, state: 'open', labels: [] }),
          ];
          for (const { field, value, ticks } of edits) {
            if (ticks) world.service.now += 1_000;
            const fields = {
              title: { title: `title ${value}` },
              body: { body: `body ${value}` },
              state: { state: ['open', 'done', 'cancelled', 'open'][value] ?? 'open' },
              labels: { labels: Array.from({ length: value }, (_, n) => `l${n}`) },
            }[field];
            states.push(world.service.put(id, fields));
          }
          const delivered = order
            .map((n) => states[n % states.length])
            .filter((s) => s !== undefined);
          delivered.splice((order[0] ?? 0) % (delivered.length + 1), 0, ...states.slice(-1));
          for (const state of delivered) await observe(world, [state]);
          await settle(world);
          const { data, state } = await held(world, id);
          const { fields } = world.service.snapshot(id);
          expect(data).toMatchObject({
            title: fields['title'],
            body: fields['body'],
            state: fields['state'],
          });
          expect(data['labels']).toEqual(fields['labels']);
          expect(state).toBe('synced');
        },
      ),
      { numRuns: 25 },
    );
    const bad = await world.admin`
      select record_id from public.change_log group by record_id
      having count(*) <> max(version) or count(distinct version) <> count(*)`;
    expect(bad).toHaveLength(0);
    expect(world.service.writes).toHaveLength(0);
  }, 120_000);

  it('of the same new objects from many sides at once make one record each, and no circle', async () => {
    world.service.seed(20);
    const page = world.service.list();
    // Without repeating what lost to a deadlock: there must be none.
    for (let round = 1; round <= 8; round += 1) {
      await Promise.all([
        observe(world, page),
        observe(world, page.toReversed(), 'poll'),
        observe(world, page.slice(5, 15)),
        observe(world, page.slice(0, 8).toReversed(), 'backfill'),
        ...page.map((object) => observe(world, [object])),
      ]);
      const [counts] =
        await world.admin`select (select count(*)::int from public.records) as records,
        (select count(*)::int from public.links) as links, (select count(*)::int from public.change_log) as changes`;
      expect(counts).toEqual({ records: 20, links: 20, changes: 20 });
      await world.admin`truncate public.records, public.links, public.change_log cascade`;
    }
  });

  it('of an older state are left out, and a state of the same second is read again', async () => {
    const first = world.service.put('1', { title: 'First', state: 'open', labels: [] });
    const later = world.service.edit('1', { title: 'Second' });
    const sameSecond = world.service.put('1', { title: 'Third' });
    await observe(world, [later]);
    expect(await observe(world, [first])).toMatchObject({ stale: 1, updated: 0 });
    expect((await held(world, '1')).data['title']).toBe('Second');
    expect(await observe(world, [sameSecond])).toMatchObject({ stale: 1, updated: 0 });
    expect(await settle(world)).toContain('nothing');
    expect((await held(world, '1')).data['title']).toBe('Third');
    // The older state of that second comes late: nothing goes back, even for a moment.
    await observe(world, [later]);
    expect((await held(world, '1')).data['title']).toBe('Third');
    await settle(world);
    expect((await held(world, '1')).data['title']).toBe('Third');
  });

  it('merge with edits that have not gone out: other fields, sets, and the same field', async () => {
    world.service.put('1', { title: 'Base', body: 'Base', state: 'open', labels: ['a', 'b'] });
    await observe(world, [world.service.snapshot('1')]);
    await edit('1', { title: 'Ours', labels: ['a', 'b', 'ours'] });
    const theirs = world.service.edit('1', {
      title: 'Theirs',
      body: 'Theirs',
      labels: ['b', 'theirs'],
    });
    expect(await observe(world, [theirs])).toMatchObject({ updated: 1, conflicts: 1 });
    const link = await held(world, '1');
    expect(link).toMatchObject({ state: 'conflict', held: ['title'] });
    expect(link.data).toMatchObject({
      title: 'Ours',
      body: 'Theirs',
      labels: ['b', 'ours', 'theirs'],
    });
    const [conflict] =
      await world.admin`select field, base, local, remote, status from public.conflicts`;
    expect(conflict).toEqual({
      field: 'title',
      base: 'Base',
      local: 'Ours',
      remote: 'Theirs',
      status: 'open',
    });
    // The union goes out, the held field does not.
    await settle(world);
    expect(world.service.writes).toEqual([
      { id: '1', fields: { labels: ['b', 'ours', 'theirs'] } },
    ]);
    // An edit of the held field is the decision.
    await edit('1', { title: 'Decided' });
    expect(await held(world, '1')).toMatchObject({ held: [], state: 'dirty' });
    await settle(world);
    expect(world.service.snapshot('1').fields['title']).toBe('Decided');
    const [resolved] =
      await world.admin`select status, resolution, resolved_by from public.conflicts`;
    expect(resolved).toMatchObject({
      status: 'resolved',
      resolution: 'Decided',
      resolved_by: world.owner.userId,
    });
  });

  it('delete, and a late event does not bring back what is gone', async () => {
    const alive = world.service.put('1', { title: 'Here', state: 'open', labels: [] });
    await observe(world, [alive]);
    const late = world.service.edit('1', { title: 'Edited before the end' });
    const gone = world.service.remove('1');
    await observe(world, [gone]);
    const link = await held(world, '1');
    expect(link).toMatchObject({ state: 'tombstone', version: 2 });
    expect(link.deleted_at).not.toBeNull();
    await observe(world, [late]);
    await observe(world, [gone]);
    expect(await held(world, '1')).toMatchObject({ state: 'tombstone', version: 2 });
    const back = world.service.edit('1', { title: 'Back' });
    await observe(world, [{ ...back, deleted: false }]);
    // The event is a hint; the service itself says that the object is back.
    expect((await held(world, '1')).state).toBe('tombstone');
    await settle(world);
    expect(await held(world, '1')).toMatchObject({ state: 'synced', deleted_at: null, version: 3 });
    const ops = await world.admin`select op from public.change_log order by id`;
    expect(ops.map((row) => row['op'])).toEqual(['create', 'delete', 'restore']);
  });

  it('of text PostgreSQL cannot keep are cleaned, and their page goes on', async () => {
    world.service.put('1', {
      title: 'nul \u0000 and \ud800',
      body: '\u0000',
      state: 'open',
      labels: ['\u0000x'],
    });
    world.service.put('2', { title: 'fine', state: 'open', labels: [] });
    expect(await observe(world, world.service.list())).toMatchObject({ created: 2 });
    expect((await held(world, '1')).data).toMatchObject({
      title: 'nul  and \ufffd',
      labels: ['x'],
    });
    expect(await observe(world, world.service.list())).toMatchObject({ unchanged: 2 });
  });

  it('that cannot be applied now are noted to be read again', async () => {
    world.service.seed(1);
    await settle(world);
    world.service.edit('1', { title: 'Read me' });
    const refs = ['1', '404'].map((id) => ({ externalId: id, externalKey: id, scope: {} }));
    await transaction(world.worker, (tx) =>
      requestReading(tx, {
        workspaceId: world.owner.workspaceId,
        connectionId: world.connectionId,
        streamId: world.streamId,
        kind: 'task',
        refs,
      }),
    );
    expect((await sweep(world)).sort()).toEqual(['nothing', 'unchanged']);
    expect((await held(world, '1')).data['title']).toBe('Read me');
    await letTimePass(world);
    expect(await sweep(world)).toEqual(['unchanged']);
  });
});
