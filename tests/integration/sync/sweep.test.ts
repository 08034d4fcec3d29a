import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubError } from '#lib/core/index';
import { actOnRun, getRun, startRun, updateStream } from '#lib/sync/index';
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

const start = () =>
  as(world, world.owner, (tx) =>
    startRun(tx, { streamId: world.streamId, kind: 'reconcile', requestedBy: world.owner.userId }),
  );
const runOf = (runId: string) =>
  as(world, world.owner, async (tx) => (await getRun(tx, { runId })).run);
const act = (runId: string, action: 'resume' | 'cancel') =>
  as(world, world.owner, (tx) => actOnRun(tx, { runId, action }));

/** Objects that vanish or change there without a word. */
const vanish = (ids: number[]) => {
  for (const id of ids) world.service.objects.delete(String(id));
};
const living = async () => {
  const rows =
    await world.admin`select external_id from public.links l join public.records r on r.id = l.record_id
    where r.deleted_at is null order by external_id::int`;
  return rows.map((row) => Number(row['external_id']));
};

describe('a sweep', () => {
  it('finds what no event and no poll told of: new, changed, gone', async () => {
    world.service.seed(10);
    await settle(world);
    world.service.edit('3', { title: 'Changed in silence' });
    world.service.put('11', { title: 'Made in silence', state: 'open', labels: [] });
    vanish([4]);
    await world.admin`update public.streams set cursor = '{"since": 9999999999999}', next_poll_at = null`;
    const { id } = await start();
    expect(await sweep(world)).toEqual(['completed']);
    expect(await runOf(id)).toMatchObject({
      status: 'completed',
      created: 1,
      updated: 2,
      asks: null,
    });
    await expectSame(world);
    expect(await held(world, '4')).toMatchObject({ state: 'tombstone' });
  });

  it('is made by itself once its time has come, and never at a service that cannot list all', async () => {
    world.service.seed(3);
    await settle(world);
    await world.admin`update public.streams set next_sweep_at = now()`;
    expect(await sweep(world)).toContain('completed');
    const [stream] =
      await world.admin`select next_sweep_at > now() + interval '1 hour' as later, generation from public.streams`;
    expect(stream).toEqual({ later: true, generation: 2 });
  });

  it('that is stopped at any page deletes nothing', async () => {
    world.service.pageSize = 5;
    world.service.seed(20);
    await settle(world);
    vanish([1, 2, 3]);
    for (let page = 0; page < 4; page += 1) {
      const { id } = await start();
      world.service.faults = [
        { on: 'backfill', skips: page, error: new HubError('provider.forbidden', 'Stop.') },
      ];
      expect(await sweep(world)).toContain('failed');
      expect(await runOf(id)).toMatchObject({ status: 'failed' });
      expect(await living()).toHaveLength(20);
      world.service.faults = [];
    }
    await start();
    await settle(world);
    expect(await living()).toHaveLength(17);
  });

  it('asks before it deletes more than twenty and a tenth, and takes no for an answer', async () => {
    world.service.seed(60);
    await settle(world);
    vanish(Array.from({ length: 25 }, (_, n) => n + 1));
    const { id } = await start();
    expect(await sweep(world)).toEqual(['asks']);
    expect(await runOf(id)).toMatchObject({
      status: 'paused',
      asks: { what: 'delete', count: 25, of: 60 },
      error: { code: 'sync.mass_change' },
    });
    expect(await living()).toHaveLength(60);
    // A stream brought back is no answer.
    await as(world, world.owner, (tx) =>
      updateStream(tx, { streamId: world.streamId, phase: 'paused' }),
    );
    await as(world, world.owner, (tx) =>
      updateStream(tx, { streamId: world.streamId, phase: 'live' }),
    );
    await letTimePass(world);
    await sweep(world);
    expect(await living()).toHaveLength(60);
    await act(id, 'cancel');
    expect(await runOf(id)).toMatchObject({ status: 'cancelled' });
    const again = await start();
    expect(await sweep(world)).toContain('asks');
    await act(again.id, 'resume');
    expect(await sweep(world)).toContain('completed');
    expect(await living()).toHaveLength(35);
  });

  it('lets polls go on while it waits for an answer', async () => {
    world.service.seed(60);
    await settle(world);
    vanish(Array.from({ length: 30 }, (_, n) => n + 1));
    await start();
    expect(await sweep(world)).toEqual(['asks']);
    world.service.edit('50', { title: 'Meanwhile' });
    await letTimePass(world);
    expect(await sweep(world)).toContain('changed');
    expect((await held(world, '50')).data['title']).toBe('Meanwhile');
  });

  it('asks before it overwrites more than twenty and a tenth', async () => {
    world.service.pageSize = 10;
    world.service.seed(60);
    await settle(world);
    for (let id = 1; id <= 40; id += 1)
      world.service.edit(String(id), { title: `Rewritten ${id}` });
    await world.admin`update public.streams set next_poll_at = null`;
    const { id } = await start();
    expect(await sweep(world)).toEqual(['asks']);
    expect(await runOf(id)).toMatchObject({
      status: 'paused',
      asks: { what: 'overwrite', of: 60 },
    });
    const [changed] =
      await world.admin`select count(*)::int as n from public.records where data ->> 'title' like 'Rewritten%'`;
    expect(changed?.['n']).toBeLessThanOrEqual(20);
    await act(id, 'resume');
    expect(await sweep(world)).toContain('completed');
    await expectSame(world);
  });

  it('keeps what may not be seen any more', async () => {
    world.service.seed(3);
    await settle(world);
    const hidden = world.service.objects.get('2');
    vanish([2]);
    world.service.faults = [
      { on: 'read', error: new HubError('provider.forbidden', 'Not yours.') },
    ];
    await start();
    await settle(world);
    expect(await held(world, '2')).toMatchObject({
      state: 'inaccessible',
      deleted_at: null,
      error: { code: 'provider.forbidden' },
    });
    if (hidden) world.service.objects.set('2', hidden);
    await start();
    await settle(world);
    expect(await held(world, '2')).toMatchObject({ state: 'synced', error: null });
  });

  it('asks nobody again about what it found out of sight, unless that is gone', async () => {
    world.service.seed(60);
    await settle(world);
    const hidden = Array.from({ length: 30 }, (_, n) => n + 1);
    vanish(hidden);
    const closed = (rows: number) =>
      Array.from({ length: rows }, () => ({
        on: 'read' as const,
        error: new HubError('provider.forbidden', 'Not yours.'),
      }));
    const first = await start();
    expect(await sweep(world)).toEqual(['asks']);
    await act(first.id, 'resume');
    world.service.faults = closed(30);
    expect(await sweep(world)).toContain('completed');
    expect(await held(world, '1')).toMatchObject({ state: 'inaccessible' });
    world.service.faults = closed(30);
    await start();
    expect(await sweep(world)).toContain('completed');
    expect(await living()).toHaveLength(60);
    // Now the service says of all of them that they are not there.
    vanish([31, 32, 33]);
    const last = await start();
    expect(await sweep(world)).toEqual(['asks']);
    expect((await runOf(last.id)).asks).toMatchObject({ what: 'delete', count: 33, of: 60 });
    const keys = (await runOf(last.id)).asks?.sample?.map((one) => Number(one.external_key));
    expect(keys?.length).toBeGreaterThan(0);
    expect(await living()).toContain(1);
    await act(last.id, 'resume');
    expect(await sweep(world)).toContain('completed');
    expect(await living()).toHaveLength(27);
  });

  it('keeps what has moved out of the scope, and says so when it stays away', async () => {
    world.service.seed(3);
    await settle(world);
    const list = world.service.list.bind(world.service);
    world.service.list = () => list().filter(({ externalId }) => externalId !== '2');
    await start();
    await settle(world);
    expect(await held(world, '2')).toMatchObject({ state: 'synced', deleted_at: null });
    await start();
    await settle(world);
    expect(await held(world, '2')).toMatchObject({
      state: 'inaccessible',
      deleted_at: null,
      error: { code: 'sync.left_scope' },
    });
    world.service.list = list;
    await start();
    await settle(world);
    expect(await held(world, '2')).toMatchObject({ state: 'synced', error: null });
  });

  it('is not undone by an event from before the end that comes after it', async () => {
    world.service.seed(2);
    await settle(world);
    const late = world.service.edit('1', { title: 'Just before the end' });
    vanish([1]);
    await start();
    await settle(world);
    const gone = await held(world, '1');
    expect(gone).toMatchObject({ state: 'tombstone' });
    await observe(world, [late]);
    await settle(world);
    expect(await held(world, '1')).toMatchObject({ state: 'tombstone', version: gone.version });
  });

  it('logs an edit that was never sent when its object is found gone', async () => {
    world.service.seed(2);
    await settle(world);
    await world.admin`update public.connections set status = 'needs_reauth'`;
    await editRecord(world, '1', { title: 'Never sent' });
    await world.admin`update public.connections set status = 'active'`;
    vanish([1]);
    await world.admin`update public.links set next_attempt_at = now() + interval '1 hour'`;
    await start();
    await sweep(world);
    expect(await held(world, '1')).toMatchObject({
      state: 'tombstone',
      data: { title: 'Never sent' },
    });
    const lost =
      await world.admin`select field, base, local, remote, policy, status from public.conflicts`;
    expect(lost).toEqual([
      {
        field: 'title',
        base: 'Issue 1',
        local: 'Never sent',
        remote: null,
        policy: 'delete_wins',
        status: 'automatic',
      },
    ]);
  });
});
