import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '#lib/db/index';
import { intercept, mapRows } from '../sync/model/intercept.ts';
import { PlanWorld } from './plan-world.ts';

let at: PlanWorld;
beforeAll(async () => {
  at = await PlanWorld.make();
});
afterAll(() => at.flows.world.close());

const task = (title: string, body = 'x') => ({ title, body, state: 'open' });
type Plant = (living: Db) => Db;
const none: Plant = (living) => living;

/** Whoever carries a plan out finds every record as it was planned: what is there now is done. */
const executesWhatIsThere: Plant = (living) => {
  const planned = new Map<unknown, unknown>();
  const isMeant = (text: string) =>
    text.includes('from public.flow_plan_rows r') ||
    text.includes('from public.records') ||
    text.includes('from public.links l');
  return intercept(living, isMeant, async (_text, _given, run) => {
    const rows = await run();
    for (const { inputs } of rows) {
      for (const input of (inputs ?? []) as { record_id: string; version: number }[]) {
        planned.set(input.record_id, input.version);
      }
    }
    return rows.map((row) =>
      planned.has(row['id']) ? { ...row, version: planned.get(row['id']) } : row,
    );
  });
};

/** Of several that could be meant the first is taken. */
const takesTheFirst: Plant = (living) =>
  mapRows(
    living,
    (text) => text.includes('group by m.match_key, m.taken'),
    (row) => ({ ...row, count: 1 }),
  );

/** What came after the plan was made is not looked for. */
const overlooksNewcomers: Plant = (living) =>
  mapRows(
    living,
    (text) => text.includes('as is_known'),
    (row) => ({ ...row, is_known: true }),
  );

/** A row that was carried out stays to be carried out. */
const forgetsOutcomes: Plant = (living) =>
  intercept(
    living,
    (text) => text.includes("and r.status = 'planned'\n    returning 1"),
    () => Promise.resolve([{}]),
  );

/** Only the rows that were shown are carried out, and of each only what is still so. */
async function onlyWhatWasShown(plant: Plant): Promise<void> {
  const { flowId, sides, left } = await at.flow(
    [task('One'), task('Two'), task('Three')],
    [task('One')],
  );
  const plan = await at.planned(flowId);
  await at.admin`
    update public.records set version = version + 1, data = data || '{"body": "meanwhile"}'
    where id = any(${[left[0] ?? '', left[2] ?? '']}::uuid[])`;
  await at.seed([{ at: sides[1], fields: task('Two') }]);
  await at.enable(plan.id);
  await at.work(at.deps({ db: plant(at.flows.world.worker) }));
  expect(await at.truth(sides)).toMatchObject({ joined: 0, owed: 0 });
  expect(await at.rows(plan.id, { status: 'skipped' })).toHaveLength(4);
}

async function nothingUnsureIsJoined(plant: Plant): Promise<void> {
  const { flowId, sides } = await at.flow([task('One'), task('One')], [task('One')]);
  const { id } = await at.start(flowId);
  await at.work(at.deps({ db: plant(at.flows.world.worker) }));
  await at.enabled(id);
  expect(await at.truth(sides)).toMatchObject({ living: 3, joined: 0 });
}

async function comesToAnEnd(plant: Plant): Promise<void> {
  const { flowId } = await at.flow([task('One')], []);
  const plan = await at.planned(flowId);
  await at.enable(plan.id);
  await at.work(at.deps({ db: plant(at.flows.world.worker), clock: hasty() }), 12);
  expect(await at.get(plan.id)).toMatchObject({ status: 'done', done: 1, total: 1 });
  expect(await at.rows(plan.id, { status: 'planned' })).toEqual([]);
}

/** A slice is over after each step, so that a plan that never ends is seen. */
const hasty = () => {
  let now = 0;
  return { now: () => (now += 30_000), random: () => 0.5 };
};

describe('planted faults of plans', () => {
  it.each([
    ['carrying out what is there now', onlyWhatWasShown, executesWhatIsThere],
    ['overlooking what came since', onlyWhatWasShown, overlooksNewcomers],
    ['joining the first of several', nothingUnsureIsJoined, takesTheFirst],
    ['forgetting what was carried out', comesToAnEnd, forgetsOutcomes],
  ])('%s is noticed', async (_name, look, plant) => {
    await look(none);
    await expect(look(plant)).rejects.toThrow(/expected|kept being due/);
    await at.admin`update public.flow_plans set status = 'cancelled' where status <> 'done'`;
    at.jobs.length = 0;
  });
});
