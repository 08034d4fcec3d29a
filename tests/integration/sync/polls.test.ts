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

  it('arranges for delivery anew when the stream has stood still, before it reads', async () => {
    world.service.seed(1);
    const asked: string[] = [];
    world.deps.prepareStream = ({ scopeKey }) => {
      asked.push(`${scopeKey} after ${world.service.calls.length} calls`);
      return Promise.resolve({ delivery: 'webhook' });
    };
    await settle(world);
    expect(asked).toHaveLength(1);
    await letTimePass(world);
    await sweep(world);
    expect(asked).toHaveLength(1);
    const { streamId } = world;
    await as(world, world.owner, (tx) => updateStream(tx, { streamId, phase: 'paused' }));
    // As on a disconnect: the registration is taken back while the stream stands still.
    await world.admin`update public.streams set delivery = 'poll'`;
    await as(world, world.owner, (tx) => updateStream(tx, { streamId, phase: 'live' }));
    const calls = world.service.calls.length;
    await letTimePass(world);
    expect(await sweep(world)).toEqual(['unchanged']);
    expect(asked.slice(1)).toEqual([expect.stringMatching(`after ${calls} calls$`)]);
    const [stream] = await world.admin`select s.delivery, s.prepare_at, c.delivery as whole
      from public.streams s join public.connections c on c.id = s.connection_id`;
    expect(stream).toEqual({ delivery: 'webhook', prepare_at: null, whole: 'webhook' });
    await letTimePass(world);
    await sweep(world);
    expect(asked).toHaveLength(2);
  });

  it('asks again later when the service had a fault, and never when it said no', async () => {
    world.service.seed(1);
    let asked = 0;
    let isFinal = false;
    world.deps.prepareStream = () => {
      asked += 1;
      return Promise.resolve({ delivery: 'poll', reason: 'it answered 502', isFinal });
    };
    await settle(world);
    const pollLater = async () => {
      await world.admin`update public.streams set prepare_at = now() where prepare_at is not null`;
      await letTimePass(world);
      await sweep(world);
    };
    await letTimePass(world);
    await sweep(world);
    expect(asked).toBe(1);
    isFinal = true;
    await pollLater();
    expect(asked).toBe(2);
    await pollLater();
    expect(asked).toBe(2);
    const [stream] = await world.admin`select phase_detail from public.streams`;
    expect(stream?.['phase_detail']).toBe('polling every 30 s because it answered 502');
  });
});
