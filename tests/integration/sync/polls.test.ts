import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubError } from '#lib/core/index';
import { updateStream } from '#lib/sync/index';
import { as, expectSame, letTimePass, makeWorld, settle, sweep, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

describe('a poll', () => {
  it('brings what changed, with its cursor in the same transaction, and a run only then', async () => {
    world.service.seed(10);
    await settle(world);
    const runs = () =>
      world.admin`select kind, status, updated, created from public.runs order by id`;
    const before = (await runs()).length;
    await letTimePass(world);
    expect(await sweep(world)).toEqual(['unchanged']);
    expect(await runs()).toHaveLength(before);
    world.service.edit('2', { title: 'Edited there' });
    world.service.edit('77', { title: 'New there', state: 'open' });
    await letTimePass(world);
    expect(await sweep(world)).toEqual(['changed']);
    await expectSame(world);
    expect((await runs()).at(-1)).toMatchObject({
      kind: 'poll',
      status: 'completed',
      updated: 1,
      created: 1,
    });
    const [stream] = await world.admin`select next_poll_at - now() < interval '40 seconds' as soon,
      next_poll_at > now() as later, last_changed_at is not null as changed from public.streams`;
    expect(stream).toEqual({ soon: true, later: true, changed: true });
  });

  it('leaves one failed run for a row of failures and says when it works again', async () => {
    world.service.seed(2);
    await settle(world);
    const error = new HubError('provider.unavailable', 'Down.', { retry: 'later' });
    world.service.faults = [
      { on: 'poll', error },
      { on: 'poll', error },
    ];
    for (let failure = 0; failure < 2; failure += 1) {
      await letTimePass(world);
      expect(await sweep(world)).toEqual(['failed']);
    }
    const failed = await world.admin`select 1 from public.runs where status = 'failed'`;
    expect(failed).toHaveLength(1);
    await letTimePass(world);
    expect(await sweep(world)).toEqual(['unchanged']);
    expect(world.logged.map((entry) => entry.code)).toEqual([
      'provider.unavailable',
      'sync.poll_recovered',
    ]);
  });

  it('reads nothing of a paused stream and catches up when it is live again', async () => {
    world.service.seed(3);
    await settle(world);
    const set = (phase: 'paused' | 'live') =>
      as(world, world.owner, (tx) => updateStream(tx, { streamId: world.streamId, phase }));
    expect((await set('paused')).phase).toBe('paused');
    world.service.edit('1', { title: 'While paused' });
    await world.admin`update public.streams set next_poll_at = now()`;
    expect(await sweep(world)).toEqual([]);
    expect((await set('live')).phase).toBe('live');
    expect(await sweep(world)).toEqual(['changed']);
    await expectSame(world);
  });
});
