import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubError, newId } from '#lib/core/index';
import { actOnRun, getRun, readRunHistory, startRun, updateStream } from '#lib/sync/index';
import { replayRun } from '#lib/sync/replay-run';
import { isLong } from '../../setup/is-long.ts';
import type { Fault } from './fake-service.ts';
import { as, letTimePass, makeWorld, settle, sweep, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

const historyOf = (runId: string) => as(world, world.owner, (tx) => readRunHistory(tx, { runId }));
const runOf = async (runId: string) =>
  (await as(world, world.owner, (tx) => getRun(tx, { runId }))).run;

/** Every run there is equals what its events say; answers how many there are. */
async function expectRebuilt(): Promise<number> {
  const runs = await world.admin<{ id: string }[]>`select id from public.runs`;
  for (const { id } of runs) {
    const { data, is_whole } = await historyOf(id);
    const run = await runOf(id);
    const { kind, status, done, total, created, updated, unchanged, calls, attempts, error } = run;
    const row = { kind, status, done, total, created, updated, unchanged, calls, attempts, error };
    expect(is_whole).toBe(true);
    expect(replayRun(data)).toEqual({
      ...row,
      asks: run.asks ?? null,
      started_at: run.started_at,
      finished_at: run.finished_at,
    });
  }
  return runs.length;
}

/** A small generator of our own: the seed is in the test's name. */
function dice(seed: number): (sides: number) => number {
  let state = seed * 2_654_435_761;
  return (sides) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % sides;
  };
}

const faults: (() => Fault)[] = [
  () => ({
    on: 'backfill',
    error: new HubError('provider.rate_limited', 'wait', { retry: 'later' }),
  }),
  () => ({
    on: 'backfill',
    error: new HubError('provider.unavailable', 'down', { retry: 'later' }),
  }),
  () => ({ on: 'backfill', error: new HubError('provider.gone', 'the place is gone') }),
  () => ({ on: 'backfill', skips: 1, error: new HubError('provider.forbidden', 'not yours') }),
  () => ({ on: 'poll', error: new HubError('provider.unavailable', 'down', { retry: 'later' }) }),
];

async function attempt(work: () => Promise<unknown>): Promise<void> {
  await work().catch((error: unknown) => {
    if (!(error instanceof HubError)) throw error;
  });
}

async function play(roll: (sides: number) => number): Promise<void> {
  const { streamId, owner } = world;
  const [latest] = await world.admin<{ id: string }[]>`
    select id from public.runs order by id desc limit 1`;
  const runId = latest?.id ?? '';
  const act = (action: 'pause' | 'resume' | 'cancel') =>
    attempt(() => as(world, owner, (tx) => actOnRun(tx, { runId, action })));
  const moves: (() => unknown)[] = [
    () => sweep(world),
    () => sweep(world),
    () => letTimePass(world).then(() => sweep(world)),
    () => act('pause'),
    () => act('resume'),
    () => act('cancel'),
    () => attempt(() => as(world, owner, (tx) => updateStream(tx, { streamId, phase: 'paused' }))),
    () => attempt(() => as(world, owner, (tx) => updateStream(tx, { streamId, phase: 'live' }))),
    () =>
      attempt(() =>
        as(world, owner, (tx) =>
          startRun(tx, {
            streamId,
            kind: (['backfill', 'poll', 'reconcile'] as const)[roll(3)] ?? 'poll',
            requestedBy: owner.userId,
          }),
        ),
      ),
    () => {
      const make = faults[roll(faults.length)];
      if (make) world.service.faults.push(make());
    },
    () => world.service.edit(String(1 + roll(40)), { title: `Edited ${roll(1_000)}` }),
    () => world.service.remove(String(1 + roll(40))),
  ];
  await moves[roll(moves.length)]?.();
}

describe('a run', () => {
  const seeds = Array.from({ length: isLong ? 60 : 4 }, (_, index) => index + 1);
  it.each(seeds)('is what its events say after every move (seed %i)', async (seed) => {
    const roll = dice(seed);
    world.service.pageSize = 9;
    world.service.seed(40);
    for (let move = 0; move < 45; move += 1) {
      await play(roll);
      expect(await expectRebuilt()).toBeGreaterThan(0);
    }
  });

  it('says who paused it, what failed and what was read', async () => {
    world.service.pageSize = 20;
    world.service.seed(60);
    world.service.faults.push({
      on: 'backfill',
      skips: 1,
      error: new HubError('provider.unavailable', 'down', { retry: 'later' }),
    });
    const member = world.owner;
    await as(world, member, (tx) => actOnRun(tx, { runId: world.runId, action: 'pause' }));
    await as(world, member, (tx) => actOnRun(tx, { runId: world.runId, action: 'resume' }));
    await sweep(world);
    await letTimePass(world);
    await settle(world);
    const { data } = await historyOf(world.runId);
    expect(data.map(({ type }) => type)).toEqual([
      'queued',
      'paused',
      'resumed',
      'started',
      'page',
      'postponed',
      'started',
      'page',
      'page',
      'completed',
    ]);
    expect(data[1]).toMatchObject({ by: { id: member.userId, name: 'one' } });
    expect(data[3]?.by).toBeNull();
    expect(data[5]).toMatchObject({ data: { error: { code: 'provider.unavailable' }, times: 1 } });
    await expectRebuilt();
  });

  it('that asks names some of the records, and its answer is an event', async () => {
    world.service.seed(60);
    await settle(world);
    for (let number = 1; number <= 30; number += 1) world.service.remove(String(number));
    const run = await as(world, world.owner, (tx) =>
      startRun(tx, {
        streamId: world.streamId,
        kind: 'reconcile',
        requestedBy: world.owner.userId,
      }),
    );
    await sweep(world);
    const asked = await runOf(run.id);
    expect(asked).toMatchObject({ status: 'paused', asks: { what: 'delete', count: 30, of: 60 } });
    expect(asked.asks?.sample).toHaveLength(10);
    expect(asked.asks?.sample?.[0]).toMatchObject({ title: expect.stringMatching(/^Issue/) });
    await as(world, world.owner, (tx) => actOnRun(tx, { runId: run.id, action: 'resume' }));
    await settle(world);
    const { data } = await historyOf(run.id);
    const started = data.filter(({ type }) => type === 'started');
    expect(started.at(-1)).toMatchObject({ data: { allows: { what: 'delete', count: 30 } } });
    expect(data.at(-1)?.type).toBe('completed');
    await expectRebuilt();
  });
});

describe('the events', () => {
  it('are not to be rewritten by a member, nor written in another’s name', async () => {
    const { workspaceId } = world.owner;
    const forge = (by: string | null) =>
      as(
        world,
        world.owner,
        (tx) => tx`insert into public.run_events (workspace_id, run_id, seq, type, by)
          values (${workspaceId}, ${world.runId}, 99, 'cancelled', ${by})`,
      );
    await expect(forge(world.stranger.userId ?? newId())).rejects.toMatchObject({ code: '42501' });
    await expect(forge(null)).rejects.toMatchObject({ code: '42501' });
    await expect(
      as(world, world.owner, (tx) => tx`update public.run_events set type = 'failed'`),
    ).rejects.toMatchObject({ code: '42501' });
    await expect(
      as(world, world.stranger, (tx) => readRunHistory(tx, { runId: world.runId })),
    ).rejects.toMatchObject({ code: 'resource.not_found' });
  });
});
