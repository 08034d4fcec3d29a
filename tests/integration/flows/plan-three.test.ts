import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlanWorld } from './plan-world.ts';

let at: PlanWorld;
beforeAll(async () => {
  at = await PlanWorld.make();
});
afterAll(() => at.flows.world.close());

const task = (title: string, more: object = {}) => ({ title, body: 'x', state: 'open', ...more });

async function threeSides(records: readonly (readonly ReturnType<typeof task>[])[]) {
  const sides = [await at.flows.stream(), await at.flows.stream(), await at.flows.stream()];
  const { id: flowId } = await at.flows.create(sides);
  const ids: string[][] = [];
  for (const [n, own] of records.entries()) {
    ids.push(await at.seed(own.map((fields) => ({ at: sides[n] ?? '', fields }))));
  }
  return { flowId, sides, ids };
}

describe('a flow of three sides', () => {
  it('joins three, joins two and makes the third, makes two', async () => {
    const { flowId, sides } = await threeSides([
      [task('All'), task('Two'), task('One')],
      [task('all'), task('Two')],
      [task('ALL')],
    ]);
    const plan = await at.planned(flowId);
    expect(plan.counts).toMatchObject({ joins: 2, creates: 3, reviews: 0 });
    const done = await at.enabled(plan.id);
    expect(done).toMatchObject({ status: 'done', done: 3, skipped: 0, failed: 0 });
    expect(await at.truth(sides)).toMatchObject({ living: 3, joined: 2, owed: 3 });
    const [all] = await at.admin<{ places: number }[]>`
      select max(places)::int as places from (select count(*) as places from public.links
        where stream_id = any(${sides}::uuid[]) group by record_id) n`;
    expect(all?.places).toBe(3);
  });

  it('previews of three what becomes of them', async () => {
    const { flowId, sides } = await threeSides([
      [task('All', { body: 'first' })],
      [task('All', { body: 'second' })],
      [task('All', { body: 'third' })],
    ]);
    await at.flows.change(flowId, { on_difference: 'first_side' });
    const plan = await at.planned(flowId);
    const [row] = await at.rows(plan.id);
    expect(row?.differences.map(({ stream_id, to, becomes }) => [stream_id, to, becomes])).toEqual([
      [sides[1], 'first', 'update'],
      [sides[2], 'first', 'update'],
    ]);
    await at.enabled(plan.id);
    expect(await at.truth(sides)).toMatchObject({ living: 1, joined: 1, dirty: 2, asked: 0 });
  });

  it('joins none of three when one of them has changed', async () => {
    const { flowId, sides, ids } = await threeSides([[task('All')], [task('All')], [task('All')]]);
    const plan = await at.planned(flowId);
    await at.admin`update public.records set version = 2 where id = ${ids[2]?.[0] ?? ''}`;
    expect(await at.enabled(plan.id)).toMatchObject({ status: 'done', skipped: 1 });
    expect(await at.truth(sides)).toMatchObject({ living: 3, joined: 0, owed: 0 });
  });

  it('makes the third of a chosen pair only where nobody could be it', async () => {
    const { flowId, sides, ids } = await threeSides([
      [task('Same'), task('Pair'), task('Pair', { body: 'y' })],
      [task('Same'), task('Pair')],
      [task('Same'), task('Same', { body: 'y' })],
    ]);
    const plan = await at.planned(flowId);
    expect(plan.counts).toMatchObject({ joins: 0, creates: 0, reviews: 7 });
    const rows = await at.rows(plan.id);
    const choose = async (of: string | undefined, whom: string | undefined) => {
      const row = rows.find(({ record_id }) => record_id === of);
      if (!row) throw new Error('There is a row of each.');
      await at.choose(plan.id, row, whom ?? null);
    };
    await choose(ids[0]?.[0], ids[1]?.[0]);
    await choose(ids[0]?.[1], ids[1]?.[1]);
    expect(await at.enabled(plan.id)).toMatchObject({ status: 'done', done: 7, skipped: 3 });
    // Of “Same” the third side has two that could be it; of “Pair” it has none.
    expect(await at.truth(sides)).toMatchObject({ joined: 2, owed: 1 });
  });

  it('does nothing more when a stream of it is removed', async () => {
    const { flowId, sides } = await threeSides([[task('One')], [], []]);
    const plan = await at.planned(flowId);
    await at.enable(plan.id);
    await at.admin`delete from public.streams where id = any(${sides.slice(1)}::uuid[])`;
    await at.work();
    expect(await at.get(plan.id)).toMatchObject({
      status: 'failed',
      error: { code: 'request.invalid' },
    });
  });
});
