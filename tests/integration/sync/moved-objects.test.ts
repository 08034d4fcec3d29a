import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubError } from '#lib/core/index';
import { saveRules } from '#lib/sync/index';
import { follow, log, streamOf, sweepAll } from './moving.ts';
import {
  as,
  editRecord,
  expectSame,
  held,
  letTimePass,
  makeWorld,
  observe,
  settle,
  type World,
} from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
  world.service.seed(3);
  for (const object of world.service.objects.values()) object.place = 'acme/app';
  await settle(world);
});
afterEach(() => world.close());

describe('an object that was moved to another stream of the connection', () => {
  it('goes over to it, and neither of them ever takes it for gone', async () => {
    const other = await follow(world, 'acme/web');
    const { record_id } = await held(world, '2');
    world.service.move('2', 'acme/web');
    for (let day = 0; day < 3; day += 1) {
      await sweepAll(world, world.streamId, other);
      await sweepAll(world, other, world.streamId);
      await letTimePass(world);
      await settle(world);
    }
    expect(await held(world, '2')).toMatchObject({ record_id, state: 'synced', error: null });
    expect(await streamOf(world, '2')).toBe(other);
    expect(await log(world)).toEqual([]);
    const [made] = await world.admin`select count(*)::int as n from public.records`;
    expect(made).toEqual({ n: 3 });
    await expectSame(world);
  });

  it('goes over with the event that tells of it, whichever stream hears it', async () => {
    const other = await follow(world, 'acme/web');
    world.service.edit('2', { title: 'On its way' });
    await observe(world, [world.service.move('2', 'acme/web')]);
    expect(await streamOf(world, '2')).toBe(other);
    expect(await held(world, '2')).toMatchObject({
      state: 'synced',
      data: { title: 'On its way' },
    });
    await observe(world, [world.service.move('2', 'acme/app')]);
    expect(await streamOf(world, '2')).toBe(world.streamId);
  });

  it('takes an edit where it is now', async () => {
    const other = await follow(world, 'acme/web');
    world.service.move('2', 'acme/web');
    await editRecord(world, '2', { title: 'Sent after the move' });
    await settle(world);
    expect(await streamOf(world, '2')).toBe(other);
    expect(world.service.writes).toEqual([{ id: '2', fields: { title: 'Sent after the move' } }]);
    expect(await held(world, '2')).toMatchObject({ state: 'synced', error: null });
  });

  it('is followed to its new id', async () => {
    const other = await follow(world, 'acme/web');
    const { record_id } = await held(world, '2');
    const old = world.service.snapshot('2');
    world.service.move('2', 'acme/web', '77');
    await sweepAll(world, world.streamId);
    expect(await held(world, '77')).toMatchObject({ record_id, state: 'synced', deleted_at: null });
    expect(await streamOf(world, '77')).toBe(other);
    await observe(world, [{ ...old, deleted: true }]);
    await sweepAll(world, world.streamId, other);
    expect(await held(world, '77')).toMatchObject({ record_id, state: 'synced', deleted_at: null });
    expect(await log(world)).toEqual([]);
  });

  it('that says which id it had goes on as what it was', async () => {
    const other = await follow(world, 'acme/web');
    const { record_id } = await held(world, '2');
    const opened = { ...world.service.move('2', 'acme/web', '77'), formerId: '2' };
    await observe({ ...world, streamId: other }, [opened]);
    await settle(world);
    expect(await held(world, '77')).toMatchObject({ record_id, state: 'synced' });
    expect(await streamOf(world, '77')).toBe(other);
    expect(await world.admin`select 1 from public.links where external_id = '2'`).toEqual([]);
    await observe({ ...world, streamId: other }, [opened]);
    expect(await log(world)).toEqual([]);
    await expectSame(world);
  });

  it('that has one already there becomes one with it', async () => {
    const other = await follow(world, 'acme/web');
    const opened = world.service.move('2', 'acme/web', '77');
    await letTimePass(world);
    await settle(world);
    await observe({ ...world, streamId: other }, [{ ...opened, formerId: '2' }]);
    await sweepAll(world, world.streamId);
    expect(await held(world, '77')).toMatchObject({ state: 'synced', deleted_at: null });
    expect(await held(world, '2')).toMatchObject({ state: 'tombstone' });
  });

  it('is read by the rules of the stream it is in now, and nothing is sent for that', async () => {
    const other = await follow(world, 'acme/web');
    const { workspaceId } = world.owner;
    const rule = { side_field: 'title', direction: 'both' as const, policy: null };
    const prefix = (text: string) => [
      { ...rule, field: 'title', transform: { type: 'prefix' as const, text } },
    ];
    await as(world, world.owner, (tx) =>
      saveRules(tx, { workspaceId, streamId: world.streamId, rules: prefix('Issue ') }),
    );
    await sweepAll(world, world.streamId);
    expect((await held(world, '2')).data['title']).toBe('2');
    world.service.move('2', 'acme/web');
    await sweepAll(world, world.streamId, other);
    await sweepAll(world, other, world.streamId);
    expect(await held(world, '2')).toMatchObject({ state: 'synced', data: { title: 'Issue 2' } });
    expect(world.service.writes).toEqual([]);
    await observe(world, [world.service.move('2', 'acme/app')]);
    await settle(world);
    expect(await held(world, '2')).toMatchObject({ state: 'synced', data: { title: '2' } });
    expect(world.service.writes).toEqual([]);
  });

  it('keeps an edit that waits while it goes over', async () => {
    const other = await follow(world, 'acme/web');
    world.service.faults = [{ on: 'read', error: new HubError('provider.unavailable') }];
    await editRecord(world, '2', { title: 'Waiting' });
    await observe(world, [world.service.move('2', 'acme/web')]);
    expect(await streamOf(world, '2')).toBe(other);
    await settle(world);
    await letTimePass(world);
    await settle(world);
    expect(world.service.writes).toEqual([{ id: '2', fields: { title: 'Waiting' } }]);
    await expectSame(world);
  });
});
