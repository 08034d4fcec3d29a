import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubError } from '#lib/core/index';
import { createStream, saveRules, startRun } from '#lib/sync/index';
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

/** A second stream of the same connection. */
async function follow(project: string): Promise<string> {
  const { owner, connectionId } = world;
  const { id } = await as(world, owner, (tx) =>
    createStream(tx, {
      workspaceId: owner.workspaceId,
      connectionId,
      resource: 'issues',
      kind: 'task',
      name: project,
      scopeKey: project,
      scope: { project },
      requestedBy: owner.userId,
    }),
  );
  await settle(world);
  return id;
}

/** Lists the streams whole, and looks for what was not listed. */
async function sweepAll(...streamIds: string[]): Promise<void> {
  for (const streamId of streamIds) {
    await as(world, world.owner, (tx) =>
      startRun(tx, { streamId, kind: 'reconcile', requestedBy: world.owner.userId }),
    );
  }
  await settle(world);
}

const streamOf = async (externalId: string) => {
  const [row] =
    await world.admin`select stream_id from public.links where external_id = ${externalId}`;
  return row?.['stream_id'] as string;
};
const log = async () => {
  const rows = await world.admin`select op from public.change_log where op <> 'create'`;
  return rows.map(({ op }) => String(op));
};
const conflicts = async () => world.admin`select field, policy, status from public.conflicts`;
const left = {
  state: 'inaccessible',
  deleted_at: null,
  error: { code: 'sync.left_scope' },
};

describe('an object that was moved to where nobody looks', () => {
  it('keeps its record, which says so', async () => {
    const before = await held(world, '2');
    world.service.move('2', 'acme/other');
    await sweepAll(world.streamId);
    expect(await held(world, '2')).toMatchObject({ ...left, version: before.version });
    await sweepAll(world.streamId);
    expect(await held(world, '2')).toMatchObject({ ...left, version: before.version });
    expect(await log()).toEqual([]);
  });

  it('is written to no more: an edit is taken back with the reason', async () => {
    world.service.move('2', 'acme/other');
    await editRecord(world, '2', { title: 'Edited here' });
    await settle(world);
    expect(await held(world, '2')).toMatchObject({
      ...left,
      data: { title: 'Issue 2' },
      error: { code: 'sync.left_scope', fields: ['title'] },
      next_attempt_at: null,
    });
    expect(world.service.writes).toEqual([]);
    expect(await conflicts()).toEqual([]);
    expect(await log()).toEqual(['update', 'update']);
  });

  it('told of by an event is marked at once', async () => {
    const moved = world.service.move('2', 'acme/other');
    await observe(world, [moved]);
    expect(await held(world, '2')).toMatchObject(left);
    await observe(world, [{ ...moved, externalId: '99' }]);
    expect(await world.admin`select 1 from public.links where external_id = '99'`).toEqual([]);
  });

  it('is not marked by what is older than what is known', async () => {
    const old = { ...world.service.snapshot('2'), scopeKey: 'acme/other' };
    world.service.edit('2', { title: 'Newer' });
    await observe(world, [world.service.snapshot('2')]);
    await observe(world, [old]);
    expect(await held(world, '2')).toMatchObject({ state: 'synced', data: { title: 'Newer' } });
  });

  it('goes on where it was when it is moved back', async () => {
    world.service.move('2', 'acme/other');
    await sweepAll(world.streamId);
    world.service.edit('2', { title: 'Changed there' });
    world.service.move('2', 'acme/app');
    await sweepAll(world.streamId);
    expect(await held(world, '2')).toMatchObject({ state: 'synced', error: null });
    await expectSame(world);
  });

  it('is kept when it cannot be seen there later', async () => {
    world.service.move('2', 'acme/other');
    await sweepAll(world.streamId);
    world.service.objects.delete('2');
    await sweepAll(world.streamId);
    expect(await held(world, '2')).toMatchObject(left);
  });

  it('does not make a sweep ask whether to delete, however many they are', async () => {
    world.service.seed(60);
    for (const object of world.service.objects.values()) object.place = 'acme/app';
    await sweepAll(world.streamId);
    for (let id = 1; id <= 30; id += 1) {
      await observe(world, [world.service.move(String(id), 'acme/other')]);
    }
    await sweepAll(world.streamId);
    const [run] = await world.admin`select status from public.runs order by id desc limit 1`;
    expect(run).toMatchObject({ status: 'completed' });
  });

  it('under another id keeps the one it was known by', async () => {
    world.service.move('2', 'acme/other', '77');
    await sweepAll(world.streamId);
    await letTimePass(world);
    await settle(world);
    expect(await held(world, '2')).toMatchObject(left);
    await sweepAll(world.streamId);
    expect(await held(world, '2')).toMatchObject(left);
  });

  it('is deleted when the service says that it is gone', async () => {
    const moved = world.service.move('2', 'acme/other');
    await observe(world, [moved]);
    world.service.now += 1_000;
    await observe(world, [{ ...moved, rank: world.service.now, deleted: true }]);
    expect(await held(world, '2')).toMatchObject({ state: 'tombstone' });
  });
});

describe('an object that was moved to another stream of the connection', () => {
  it('goes over to it, and neither of them ever takes it for gone', async () => {
    const other = await follow('acme/web');
    const { record_id } = await held(world, '2');
    world.service.move('2', 'acme/web');
    for (let day = 0; day < 3; day += 1) {
      await sweepAll(world.streamId, other);
      await sweepAll(other, world.streamId);
      await letTimePass(world);
      await settle(world);
    }
    expect(await held(world, '2')).toMatchObject({ record_id, state: 'synced', error: null });
    expect(await streamOf('2')).toBe(other);
    expect(await log()).toEqual([]);
    const [made] = await world.admin`select count(*)::int as n from public.records`;
    expect(made).toEqual({ n: 3 });
    await expectSame(world);
  });

  it('goes over with the event that tells of it, whichever stream hears it', async () => {
    const other = await follow('acme/web');
    world.service.edit('2', { title: 'On its way' });
    await observe(world, [world.service.move('2', 'acme/web')]);
    expect(await streamOf('2')).toBe(other);
    expect(await held(world, '2')).toMatchObject({
      state: 'synced',
      data: { title: 'On its way' },
    });
    await observe(world, [world.service.move('2', 'acme/app')]);
    expect(await streamOf('2')).toBe(world.streamId);
  });

  it('takes an edit where it is now', async () => {
    const other = await follow('acme/web');
    world.service.move('2', 'acme/web');
    await editRecord(world, '2', { title: 'Sent after the move' });
    await settle(world);
    expect(await streamOf('2')).toBe(other);
    expect(world.service.writes).toEqual([{ id: '2', fields: { title: 'Sent after the move' } }]);
    expect(await held(world, '2')).toMatchObject({ state: 'synced', error: null });
  });

  it('is followed to its new id', async () => {
    const other = await follow('acme/web');
    const { record_id } = await held(world, '2');
    const old = world.service.snapshot('2');
    world.service.move('2', 'acme/web', '77');
    await sweepAll(world.streamId);
    expect(await held(world, '77')).toMatchObject({ record_id, state: 'synced', deleted_at: null });
    expect(await streamOf('77')).toBe(other);
    await observe(world, [{ ...old, deleted: true }]);
    await sweepAll(world.streamId, other);
    expect(await held(world, '77')).toMatchObject({ record_id, state: 'synced', deleted_at: null });
    expect(await log()).toEqual([]);
  });

  it('that says which id it had goes on as what it was', async () => {
    const other = await follow('acme/web');
    const { record_id } = await held(world, '2');
    const opened = { ...world.service.move('2', 'acme/web', '77'), formerId: '2' };
    await observe({ ...world, streamId: other }, [opened]);
    await settle(world);
    expect(await held(world, '77')).toMatchObject({ record_id, state: 'synced' });
    expect(await streamOf('77')).toBe(other);
    expect(await world.admin`select 1 from public.links where external_id = '2'`).toEqual([]);
    await observe({ ...world, streamId: other }, [opened]);
    expect(await log()).toEqual([]);
    await expectSame(world);
  });

  it('that has one already there becomes one with it', async () => {
    const other = await follow('acme/web');
    const opened = world.service.move('2', 'acme/web', '77');
    await letTimePass(world);
    await settle(world);
    await observe({ ...world, streamId: other }, [{ ...opened, formerId: '2' }]);
    await sweepAll(world.streamId);
    expect(await held(world, '77')).toMatchObject({ state: 'synced', deleted_at: null });
    expect(await held(world, '2')).toMatchObject({ state: 'tombstone' });
  });

  it('is read by the rules of the stream it is in now, and nothing is sent for that', async () => {
    const other = await follow('acme/web');
    const { workspaceId } = world.owner;
    const rule = { side_field: 'title', direction: 'both' as const, policy: null };
    const prefix = (text: string) => [
      { ...rule, field: 'title', transform: { type: 'prefix' as const, text } },
    ];
    await as(world, world.owner, (tx) =>
      saveRules(tx, { workspaceId, streamId: world.streamId, rules: prefix('Issue ') }),
    );
    await sweepAll(world.streamId);
    expect((await held(world, '2')).data['title']).toBe('2');
    world.service.move('2', 'acme/web');
    await sweepAll(world.streamId, other);
    await sweepAll(other, world.streamId);
    expect(await held(world, '2')).toMatchObject({ state: 'synced', data: { title: 'Issue 2' } });
    expect(world.service.writes).toEqual([]);
    await observe(world, [world.service.move('2', 'acme/app')]);
    await settle(world);
    expect(await held(world, '2')).toMatchObject({ state: 'synced', data: { title: '2' } });
    expect(world.service.writes).toEqual([]);
  });

  it('keeps an edit that waits while it goes over', async () => {
    const other = await follow('acme/web');
    world.service.faults = [{ on: 'read', error: new HubError('provider.unavailable') }];
    await editRecord(world, '2', { title: 'Waiting' });
    await observe(world, [world.service.move('2', 'acme/web')]);
    expect(await streamOf('2')).toBe(other);
    await settle(world);
    await letTimePass(world);
    await settle(world);
    expect(world.service.writes).toEqual([{ id: '2', fields: { title: 'Waiting' } }]);
    await expectSame(world);
  });
});
