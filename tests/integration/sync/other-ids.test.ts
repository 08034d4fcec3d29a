import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRun } from '#lib/sync/index';
import { as, editRecord, held, makeWorld, observe, settle, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
  world.service.seed(2);
  await settle(world);
});
afterEach(() => world.close());

/** Whoever asks for the one is shown the other, as by a redirect. */
function follow(from: string, to: string): void {
  const { api } = world.service;
  world.service.api = {
    ...api,
    read: (ctx, resource, ref) =>
      api.read(ctx, resource, ref.externalId === from ? { ...ref, externalId: to } : ref),
  };
}

const rows = () => world.admin`
  select l.external_id, l.state, r.deleted_at is not null as gone from public.links l
  join public.records r on r.id = l.record_id order by l.external_id`;
const sweepNow = async () => {
  await as(world, world.owner, (tx) =>
    startRun(tx, { streamId: world.streamId, kind: 'reconcile', requestedBy: world.owner.userId }),
  );
  await settle(world);
};

describe('an object that has another id', () => {
  it('goes on under its new id, and what still speaks of the old one is understood', async () => {
    const before = await held(world, '1');
    const late = world.service.edit('1', { title: 'Before the move' });
    const moved = world.service.objects.get('1');
    world.service.objects.delete('1');
    if (moved) world.service.objects.set('77', moved);
    follow('1', '77');
    await editRecord(world, '1', { body: 'Sent after the move' });
    await settle(world);
    expect(await held(world, '77')).toMatchObject({
      record_id: before.record_id,
      data: { title: 'Before the move', body: 'Sent after the move' },
      state: 'synced',
    });
    expect(world.service.writes).toEqual([{ id: '77', fields: { body: 'Sent after the move' } }]);
    await observe(world, [late, { ...late, deleted: true }]);
    await settle(world);
    expect(await rows()).toEqual([
      { external_id: '2', state: 'synced', gone: false },
      { external_id: '77', state: 'synced', gone: false },
    ]);
  });

  it('is found by a sweep', async () => {
    const moved = world.service.objects.get('1');
    world.service.list = () => [world.service.snapshot('2')];
    world.service.objects.delete('1');
    if (moved) world.service.objects.set('77', moved);
    follow('1', '77');
    await sweepNow();
    expect(await rows()).toEqual([
      { external_id: '2', state: 'synced', gone: false },
      { external_id: '77', state: 'synced', gone: false },
    ]);
  });

  it('ends as itself where it became part of another', async () => {
    world.service.objects.delete('1');
    follow('1', '2');
    await sweepNow();
    expect(await rows()).toEqual([
      { external_id: '1', state: 'tombstone', gone: true },
      { external_id: '2', state: 'synced', gone: false },
    ]);
    expect((await held(world, '2')).data['title']).toBe('Issue 2');
  });
});
