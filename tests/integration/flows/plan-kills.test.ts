import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '#lib/db/index';
import { enqueueDuePlans, type PlanDeps, workPlan } from '#lib/flows/index';
import { Died, Mortal } from '../../setup/mortal.ts';
import { PlanWorld } from './plan-world.ts';

let at: PlanWorld;
beforeAll(async () => {
  at = await PlanWorld.make();
});
afterAll(() => at.flows.world.close());

const never = new AbortController().signal;
const task = (title: string, body = 'x') => ({ title, body, state: 'open' });
const numbered = (count: number, of: (n: number) => object) =>
  Array.from({ length: count }, (_, n) => of(n) as ReturnType<typeof task>);

/** More rows than one transaction carries out: joins, objects to be made, and a question. */
const someFlow = () =>
  at.flow(
    [...numbered(25, (n) => task(`same ${n}`, 'left')), task('twice'), task('twice')],
    [
      ...numbered(25, (n) => task(`same ${n}`, 'right')),
      task('Twice'),
      ...numbered(10, (n) => task(`right ${n}`)),
    ],
  );

/** One job after the other, until no plan is due or the worker has died. */
async function workUntilDeath(mortal: Mortal): Promise<boolean> {
  const deps: PlanDeps = at.deps({ db: mortal.db(at.flows.world.worker) });
  try {
    await at.work(deps);
    return false;
  } catch (error) {
    if (error instanceof Died) return true;
    throw error;
  } finally {
    at.jobs.length = 0;
    await at.letTimePass();
  }
}

/** Whatever is due is finished by workers that live. */
async function recover(): Promise<void> {
  await at.letTimePass();
  await at.work();
}

async function history(sides: readonly string[]) {
  const [row] = await at.admin<{ ends: number; changes: number; aliases: number }[]>`
    select count(distinct g.record_id) filter (where g.op = 'delete')::int as ends, count(*)::int as changes,
      (select count(*)::int from public.record_aliases a
        where a.record_id in (select record_id from public.links where stream_id = any(${[...sides]}::uuid[]))) as aliases
    from public.change_log g
    where g.record_id in (
      select l.record_id from public.links l where l.stream_id = any(${[...sides]}::uuid[])
      union select a.old_record_id from public.record_aliases a
        join public.links l on l.record_id = a.record_id and l.stream_id = any(${[...sides]}::uuid[]))`;
  return row;
}

const counted = { joins: 25, creates: 10, updates: 0, conflicts: 25, reviews: 3, deletes: 0 };
const cameTo = { living: 38, joined: 25, owed: 10, dirty: 0, asked: 25 };
/** Each join is two lines: the one that stays, and the one that ends. */
const told = { ends: 25, changes: 50, aliases: 25 };

describe('a worker that dies while it makes a plan', () => {
  it('leaves one that is made by another, whole and without doubles, wherever it was', async () => {
    const { flowId } = await someFlow();
    const trace = new Mortal();
    await at.start(flowId);
    await workUntilDeath(trace);
    expect(trace.points.length).toBeGreaterThan(8);
    for (let point = 0; point < trace.points.length; point += 1) {
      const plan = await at.start(flowId);
      await workUntilDeath(new Mortal((_name, nth) => nth === point));
      await recover();
      expect(await at.get(plan.id), trace.points[point]).toMatchObject({
        status: 'ready',
        counts: counted,
        total: 63,
        done: 63,
      });
      expect(await at.rows(plan.id), trace.points[point]).toHaveLength(38);
    }
  });
});

describe('a worker that dies while it carries a plan out', () => {
  it('leaves rows each of which is carried out exactly once, wherever it was', async () => {
    const traced = await someFlow();
    const trace = new Mortal();
    await at.enable((await at.planned(traced.flowId)).id);
    await workUntilDeath(trace);
    expect(await at.truth(traced.sides)).toEqual(cameTo);
    expect(trace.points.length).toBeGreaterThan(16);
    // Every second point: a beginning is the end before it with nothing in between.
    for (let point = 1; point < trace.points.length; point += 2) {
      const { flowId, sides } = await someFlow();
      const plan = await at.planned(flowId);
      await at.enable(plan.id);
      await workUntilDeath(new Mortal((_name, nth) => nth === point));
      await recover();
      const where = trace.points[point];
      expect(await at.get(plan.id), where).toMatchObject({
        status: 'done',
        done: 38,
        total: 38,
        skipped: 3,
        failed: 0,
      });
      expect(await at.truth(sides), where).toEqual(cameTo);
      expect(await history(sides), where).toEqual(told);
    }
  });

  it('and one that is shot in the middle of a transaction leaves nothing of it', async () => {
    const { flowId, sides } = await someFlow();
    const plan = await at.planned(flowId);
    await at.enable(plan.id);
    let shots = 0;
    const db = beforeCommit(at.flows.world.worker, async () => {
      shots += 1;
      if (shots !== 6) return;
      await at.admin`
        select pg_terminate_backend(pid) from pg_stat_activity
        where usename = 'patchbay_worker' and datname = current_database() and state = 'idle in transaction'`;
    });
    await enqueueDuePlans(at.deps());
    const [job] = at.jobs.splice(0);
    if (!job) throw new Error('The plan is due.');
    await workPlan(at.deps({ db }), job, never).catch(() => undefined);
    await recover();
    expect(await at.get(plan.id)).toMatchObject({ status: 'done', done: 38, skipped: 3 });
    expect(await at.truth(sides)).toEqual(cameTo);
    expect(await history(sides)).toEqual(told);
  });
});

/** Lets something happen when a transaction has done its work and is not committed. */
function beforeCommit(living: Db, happen: () => Promise<void>): Db {
  return new Proxy(living, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (name !== 'begin' || typeof value !== 'function') return value;
      return (work: (tx: unknown) => Promise<unknown>) =>
        Reflect.apply(value, target, [
          async (tx: unknown) => {
            const result = await work(tx);
            await happen();
            return result;
          },
        ]) as unknown;
    },
  });
}

describe('a plan that is cancelled while it is carried out', () => {
  it('does nothing more, and what was done stays', async () => {
    const { flowId, sides } = await someFlow();
    const plan = await at.planned(flowId);
    await at.enable(plan.id);
    let transactions = 0;
    const db = beforeCommit(at.flows.world.worker, async () => {
      transactions += 1;
      // Taken, looked for newcomers, read and carried out the first rows, read the next ones.
      if (transactions === 5) await at.cancel(plan.id);
    });
    await enqueueDuePlans(at.deps());
    const [job] = at.jobs.splice(0);
    if (!job) throw new Error('The plan is due.');
    expect(await workPlan(at.deps({ db }), job, never)).toBe('stopped');
    const rows = await at.rows(plan.id);
    const done = rows.filter(({ status }) => status !== 'planned');
    expect(done).toHaveLength(20);
    expect(await at.get(plan.id)).toMatchObject({ status: 'cancelled', done: 20, total: 38 });
    const truth = await at.truth(sides);
    expect(truth.joined + truth.owed + done.filter((row) => row.action === 'review').length).toBe(
      20,
    );
    expect(await at.work()).toEqual([]);
    const [flow] = await at.admin`select status from public.flows where id = ${flowId}`;
    expect(flow?.['status']).toBe('draft');

    const again = await at.planned(flowId);
    expect(again.counts.joins).toBe(25 - truth.joined);
    await at.enabled(again.id);
    expect(await at.truth(sides)).toEqual(cameTo);
    expect(await history(sides)).toEqual(told);
  });
});

describe('two workers with one plan', () => {
  it('take it once: the other has nothing to do', async () => {
    const { flowId, sides } = await someFlow();
    const plan = await at.planned(flowId);
    await at.enable(plan.id);
    await enqueueDuePlans(at.deps());
    const [job] = at.jobs.splice(0);
    if (!job) throw new Error('The plan is due.');
    const both = await Promise.all([
      workPlan(at.deps(), job, never),
      workPlan(at.deps(), job, never),
    ]);
    expect(both.toSorted()).toEqual(['completed', 'skipped']);
    expect(await history(sides)).toEqual(told);
  });

  it('one that lost it while it slept writes nothing more', async () => {
    const { flowId, sides } = await someFlow();
    const plan = await at.planned(flowId);
    await at.enable(plan.id);
    await enqueueDuePlans(at.deps());
    const [job] = at.jobs.splice(0);
    if (!job) throw new Error('The plan is due.');
    let transactions = 0;
    const db = beforeCommit(at.flows.world.worker, async () => {
      transactions += 1;
      if (transactions !== 3) return;
      await at.letTimePass();
      await at.work();
    });
    expect(await workPlan(at.deps({ db }), job, never)).toBe('stopped');
    expect(await at.truth(sides)).toEqual(cameTo);
    expect(await history(sides)).toEqual(told);
  });

  it('give way after a slice of time and go on where they were', async () => {
    const { flowId, sides } = await someFlow();
    const plan = await at.start(flowId);
    let now = 0;
    const clock = { now: () => (now += 30_000), random: () => 0.5 };
    const outcomes = await at.work(at.deps({ clock }));
    await at.enable(plan.id);
    outcomes.push(...(await at.work(at.deps({ clock }))));
    expect(outcomes.filter((outcome) => outcome === 'yielded').length).toBeGreaterThan(4);
    expect(await at.truth(sides)).toEqual(cameTo);
    expect(await history(sides)).toEqual(told);
  });
});
