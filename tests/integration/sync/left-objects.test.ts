import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RemoteObject } from '#lib/connectors/protocol/index';
import { HubError, newId } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import { inboxPorts } from '#lib/hub/worker-ports';
import { saveRules } from '#lib/sync/index';
import { conflicts, log, sweepAll } from './moving.ts';
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

const left = {
  state: 'inaccessible',
  deleted_at: null,
  error: { code: 'sync.left_scope' },
};

describe('an object that was moved to where nobody looks', () => {
  it('keeps its record, which says so', async () => {
    const before = await held(world, '2');
    world.service.move('2', 'acme/other');
    await sweepAll(world, world.streamId);
    expect(await held(world, '2')).toMatchObject({ ...left, version: before.version });
    await sweepAll(world, world.streamId);
    expect(await held(world, '2')).toMatchObject({ ...left, version: before.version });
    expect(await log(world)).toEqual([]);
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
    expect(await conflicts(world)).toEqual([]);
    expect(await log(world)).toEqual(['update', 'update']);
  });

  const moveAndLose = async () => {
    await observe(world, [world.service.move('2', 'acme/other')]);
    expect(await held(world, '2')).toMatchObject(left);
    world.service.objects.delete('2');
  };

  it('keeps its record when it is edited here after it cannot be seen there any more', async () => {
    await moveAndLose();
    await editRecord(world, '2', { title: 'Edited here' });
    expect(await held(world, '2')).toMatchObject(left);
    await settle(world);
    expect(await held(world, '2')).toMatchObject({
      ...left,
      data: { title: 'Issue 2' },
      error: { code: 'sync.left_scope', fields: ['title'] },
    });
    expect(await log(world)).toEqual(['update', 'update']);
  });

  it('keeps its record when a try to read it failed before', async () => {
    for (const code of ['provider.unavailable', 'provider.forbidden'] as const) {
      await observe(world, [world.service.move('2', 'acme/other')]);
      await world.admin`
        update public.links set reread_at = now(), next_attempt_at = now() where external_id = '2'`;
      world.service.faults.push({ on: 'read', error: new HubError(code) });
      await settle(world);
      expect(await held(world, '2')).toMatchObject(left);
    }
    world.service.objects.delete('2');
    await world.admin`
      update public.links set reread_at = now(), next_attempt_at = now() where external_id = '2'`;
    await settle(world);
    expect(await held(world, '2')).toMatchObject(left);
  });

  it('is written to no more after the rules of its stream have changed', async () => {
    await moveAndLose();
    const { workspaceId } = world.owner;
    const rule = { field: 'title', side_field: 'title', direction: 'both', policy: null } as const;
    const rules = [{ ...rule, transform: { type: 'prefix', text: 'iss' } as const }];
    await as(world, world.owner, (tx) =>
      saveRules(tx, { workspaceId, streamId: world.streamId, rules }),
    );
    await editRecord(world, '2', { body: 'Edited here' });
    await settle(world);
    expect(await held(world, '2')).toMatchObject(left);
    expect(world.service.writes).toEqual([]);
    expect(world.service.calls).not.toContain('update');
  });

  it('told of by an event is marked at once', async () => {
    const moved = world.service.move('2', 'acme/other');
    await observe(world, [moved]);
    expect(await held(world, '2')).toMatchObject(left);
    await observe(world, [{ ...moved, externalId: '99' }]);
    expect(await world.admin`select 1 from public.links where external_id = '99'`).toEqual([]);
  });

  it('told of to nobody but the place nobody follows is marked all the same', async () => {
    const moved = world.service.move('2', 'acme/other');
    const { workspaceId } = world.owner;
    const target = {
      workspaceId,
      connectionId: world.connectionId,
      connector: 'linear',
      resource: 'issues',
      scopeKey: 'acme/other',
    };
    const tell = (objects: RemoteObject[]) =>
      transaction(world.worker, (tx) =>
        inboxPorts.apply(tx, target, [{ eventId: newId(), objects }]),
      );
    expect(await tell([{ ...moved, externalId: '99' }])).toMatchObject([{ kind: 'ignored' }]);
    expect(await tell([moved])).toMatchObject([{ kind: 'applied' }]);
    expect(await held(world, '2')).toMatchObject(left);
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
    await sweepAll(world, world.streamId);
    world.service.edit('2', { title: 'Changed there' });
    world.service.move('2', 'acme/app');
    await sweepAll(world, world.streamId);
    expect(await held(world, '2')).toMatchObject({ state: 'synced', error: null });
    await expectSame(world);
  });

  it('is kept when it cannot be seen there later', async () => {
    world.service.move('2', 'acme/other');
    await sweepAll(world, world.streamId);
    world.service.objects.delete('2');
    await sweepAll(world, world.streamId);
    expect(await held(world, '2')).toMatchObject(left);
  });

  it('does not make a sweep ask whether to delete, however many they are', async () => {
    world.service.seed(60);
    for (const object of world.service.objects.values()) object.place = 'acme/app';
    await sweepAll(world, world.streamId);
    for (let id = 1; id <= 30; id += 1) {
      await observe(world, [world.service.move(String(id), 'acme/other')]);
    }
    await sweepAll(world, world.streamId);
    const [run] = await world.admin`select status from public.runs order by id desc limit 1`;
    expect(run).toMatchObject({ status: 'completed' });
  });

  it('under another id keeps the one it was known by', async () => {
    world.service.move('2', 'acme/other', '77');
    await sweepAll(world, world.streamId);
    await letTimePass(world);
    await settle(world);
    expect(await held(world, '2')).toMatchObject(left);
    await sweepAll(world, world.streamId);
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
