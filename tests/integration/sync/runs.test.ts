import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubError } from '#lib/core/index';
import { fieldsOf, normaliseField } from '#lib/kinds/index';
import { actOnRun, getRun, startRun } from '#lib/sync/index';
import { as, expectSame, letTimePass, makeWorld, sweep, type World, work } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

const run = () =>
  as(world, world.owner, async (tx) => (await getRun(tx, { runId: world.runId })).run);

describe('a backfill', () => {
  it('makes 500 objects into 500 records, field by field', async () => {
    world.service.seed(500);
    expect(await sweep(world)).toEqual(['completed']);
    await expectSame(world);
    expect(await run()).toMatchObject({
      status: 'completed',
      done: 500,
      total: 500,
      created: 500,
      updated: 0,
      unchanged: 0,
      calls: 5,
      attempts: 0,
      error: null,
    });
    const [stream] =
      await world.admin`select phase, phase_detail, delivery, cursor from public.streams`;
    expect(stream).toMatchObject({
      phase: 'live',
      delivery: 'poll',
      phase_detail: 'polling every 30 s because there is no public address',
    });
    const [base] = await world.admin`select base from public.links where external_id = '5'`;
    expect(base?.['base']['labels']).toEqual(
      normaliseField(fieldsOf('task')['labels']?.comparator ?? 'exact', ['p1', 'bug']),
    );
    // A second reading changes nothing and writes nothing.
    await as(world, world.owner, (tx) =>
      startRun(tx, { streamId: world.streamId, kind: 'backfill', requestedBy: world.owner.userId }),
    );
    expect(await sweep(world)).toEqual(['completed']);
    const [again] =
      await world.admin`select created, updated, unchanged from public.runs order by id desc limit 1`;
    expect(again).toEqual({ created: 0, updated: 0, unchanged: 500 });
    const [log] = await world.admin`select count(*)::int as n from public.change_log`;
    expect(log?.['n']).toBe(500);
  });

  it('uses at most 8 statements for the records of a page', async () => {
    world.service.seed(100);
    const statements: string[] = [];
    const { observeObjects } = await import('#lib/sync/index');
    const given = {
      workspaceId: world.owner.workspaceId,
      connectionId: world.connectionId,
      streamId: world.streamId,
      kind: 'task' as const,
      source: { type: 'poll' as const },
      writable: ['title'],
    };
    const count = (objects: Parameters<typeof observeObjects>[1]['objects']) =>
      world.worker.begin(async (tx) => {
        const counting = new Proxy(tx, {
          apply(target, self, args: unknown[]) {
            const [text] = Array.isArray(args[0]) && 'raw' in args[0] ? args[0] : [];
            // Parts of a statement are written by the same tag and begin otherwise.
            if (/^\s*(with|select|insert|update|delete)\b/.test(String(text)))
              statements.push(text);
            return Reflect.apply(target, self, args) as unknown;
          },
        });
        return observeObjects(counting, { ...given, objects });
      });
    await count(world.service.list());
    expect(statements.length).toBeLessThanOrEqual(8);
    statements.splice(0);
    for (let id = 1; id <= 100; id += 1) world.service.edit(String(id), { title: `New ${id}` });
    const seen = await count(world.service.list());
    expect(seen.updated).toBe(100);
    expect(statements.length).toBeGreaterThan(2);
    expect(statements.length).toBeLessThanOrEqual(8);
  });

  it('goes on where it was after being killed at every page, with nothing twice', async () => {
    world.service.pageSize = 50;
    world.service.seed(500);
    // A killed worker answers nothing more: its page hangs for ever, others go on after the lease.
    const released: (() => void)[] = [];
    const abandoned: Promise<unknown>[] = [];
    for (let kill = 1; kill <= 9; kill += 1) {
      await letTimePass(world);
      const { enqueueDueRuns } = await import('#lib/sync/index');
      await enqueueDueRuns(world.deps);
      const [job] = world.jobs.splice(0);
      if (!job) throw new Error('The run was not due.');
      const hung = new Promise<void>((resolve) => released.push(resolve));
      // The page after the next one never arrives at this worker.
      world.service.faults = [{ on: 'backfill' }, { on: 'backfill', meanwhile: () => hung }];
      const before = (await run()).done;
      abandoned.push(work(world.deps, job));
      await expect.poll(async () => (await run()).done, { timeout: 10_000 }).toBe(before + 50);
    }
    world.service.faults = [];
    await letTimePass(world);
    expect(await sweep(world)).toEqual(['completed']);
    // The dead come back: none of them may write.
    for (const release of released) release();
    expect(await Promise.all(abandoned)).toEqual(Array.from({ length: 9 }, () => 'stopped'));
    await expectSame(world);
    expect(await run()).toMatchObject({ status: 'completed', done: 500, created: 500 });
  });

  it('sees what changes while it runs, because polling starts where it began', async () => {
    world.service.pageSize = 20;
    world.service.seed(100);
    world.service.faults = [
      { on: 'backfill' },
      { on: 'backfill' },
      {
        on: 'backfill',
        meanwhile: () => {
          world.service.edit('3', { title: 'Moved to the end' });
          world.service.edit('200', { title: 'Born meanwhile', state: 'open', labels: [] });
          world.service.remove('4');
        },
      },
    ];
    expect(await sweep(world)).toEqual(['completed']);
    await sweep(world);
    const rows = await world.admin`select r.data ->> 'title' as title from public.records r
      join public.links l on l.record_id = r.id where l.external_id in ('3', '200') order by 1`;
    expect(rows.map((row) => row['title'])).toEqual(['Born meanwhile', 'Moved to the end']);
  });

  it('is paused between pages, keeps its place and goes on', async () => {
    world.service.pageSize = 10;
    world.service.seed(50);
    world.service.faults = [
      { on: 'backfill' },
      {
        on: 'backfill',
        meanwhile: async () => {
          await as(world, world.owner, (tx) =>
            actOnRun(tx, { runId: world.runId, action: 'pause' }),
          );
        },
      },
    ];
    expect(await sweep(world)).toEqual(['stopped']);
    const paused = await run();
    expect(paused.status).toBe('paused');
    expect(paused.done).toBeLessThan(50);
    expect(await sweep(world)).toEqual([]);
    await as(world, world.owner, (tx) => actOnRun(tx, { runId: world.runId, action: 'resume' }));
    expect(await sweep(world)).toEqual(['completed']);
    await expectSame(world);
    await expect(
      as(world, world.owner, (tx) => actOnRun(tx, { runId: world.runId, action: 'pause' })),
    ).rejects.toMatchObject({ code: 'sync.run_state' });
  });

  it('is cancelled: the stream stays live for what changes from then on', async () => {
    world.service.pageSize = 10;
    world.service.seed(30);
    world.service.faults = [
      {
        on: 'backfill',
        meanwhile: async () => {
          await as(world, world.owner, (tx) =>
            actOnRun(tx, { runId: world.runId, action: 'cancel' }),
          );
        },
      },
    ];
    expect(await sweep(world)).toEqual(['stopped']);
    expect((await run()).status).toBe('cancelled');
    const [stream] = await world.admin`select phase, phase_detail from public.streams`;
    expect(stream).toMatchObject({ phase: 'live' });
    expect(stream?.['phase_detail']).toContain('cancelled');
  });

  it('waits as long as the service asks, tries again after faults, and fails with the reason', async () => {
    world.service.seed(3);
    world.service.faults = [
      {
        on: 'backfill',
        error: new HubError('provider.rate_limited', 'Wait.', { retry: 'after', afterMs: 90_000 }),
      },
    ];
    expect(await sweep(world)).toEqual(['postponed']);
    const [waiting] = await world.admin`
      select attempts, status, extract(epoch from next_attempt_at - now())::float8 as wait, error from public.runs`;
    expect(waiting).toMatchObject({
      attempts: 0,
      status: 'queued',
      error: { code: 'provider.rate_limited' },
    });
    expect(waiting?.['wait']).toBeGreaterThan(85);
    const broken = Array.from({ length: 8 }, () => ({
      on: 'backfill' as const,
      error: new HubError('provider.unavailable', 'The service has a fault.', { retry: 'later' }),
    }));
    world.service.faults = broken;
    for (let attempt = 1; attempt < 8; attempt += 1) {
      await letTimePass(world);
      expect(await sweep(world)).toEqual(['postponed']);
    }
    await letTimePass(world);
    expect(await sweep(world)).toEqual(['failed']);
    expect(await run()).toMatchObject({
      status: 'failed',
      error: { code: 'provider.unavailable', message: 'The service has a fault.' },
    });
    const [stream] = await world.admin`select phase, phase_detail from public.streams`;
    expect(stream).toEqual({ phase: 'failed', phase_detail: 'The service has a fault.' });
    expect(world.logged.at(-1)?.code).toBe('provider.unavailable');
    const resume = () =>
      as(world, world.owner, (tx) => actOnRun(tx, { runId: world.runId, action: 'resume' }));
    const begin = () =>
      as(world, world.owner, (tx) =>
        startRun(tx, { streamId: world.streamId, kind: 'poll', requestedBy: world.owner.userId }),
      );
    const other = await begin();
    await expect(resume()).rejects.toMatchObject({ code: 'sync.run_state' });
    await expect(begin()).rejects.toMatchObject({ code: 'sync.run_state' });
    await as(world, world.owner, (tx) => actOnRun(tx, { runId: other.id, action: 'cancel' }));
    await resume();
    expect(await sweep(world)).toEqual(['completed']);
    await expectSame(world);
  });

  it('waits while the connection is not active', async () => {
    world.service.seed(3);
    await world.admin`update public.connections set status = 'needs_reauth'`;
    expect(await sweep(world)).toEqual([]);
    await world.admin`update public.connections set status = 'active'`;
    expect(await sweep(world)).toEqual(['completed']);
  });
});
