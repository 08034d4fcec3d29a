import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { cleanRows } from '#lib/hub/clean-rows';
import { PlanWorld } from './plan-world.ts';

let at: PlanWorld;
beforeAll(async () => {
  at = await PlanWorld.make();
});
afterAll(() => at.flows.world.close());

/** An id that was given out so many days ago. */
const idOf = (days: number): string => {
  const hex = (Date.now() - days * 86_400_000).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}${newId().slice(13)}`;
};

/** A plan with one row; `ageDays` since it was over. */
async function plan(flowId: string, status: string, ageDays: number, isEnabled = false) {
  const id = newId();
  await at.admin`
    insert into public.flow_plans (id, workspace_id, flow_id, flow_version, status, enabled_at, finished_at)
    values (${id}, ${at.workspaceId}, ${flowId}, 1, ${status}, ${isEnabled ? at.admin`now()` : null},
      ${status === 'ready' ? null : at.admin`now() - ${`${ageDays} days`}::interval`})`;
  await at.admin`
    insert into public.flow_plan_rows (plan_id, ordinal, workspace_id, action, record_id, title)
    values (${id}, 1, ${at.workspaceId}, 'review', ${newId()}, 'One')`;
  return id;
}

describe('the rows of a plan that nobody carried out', () => {
  it('go a day after another plan took its place: each may be as large as the streams', async () => {
    const { flowId } = await at.flow([], []);
    await plan(flowId, 'void', 2);
    const recent = await plan(flowId, 'void', 0);
    const begun = await plan(flowId, 'cancelled', 2, true);
    const done = await plan(flowId, 'done', 2, true);
    const newest = await plan(flowId, 'cancelled', 2);
    await cleanRows(at.flows.world.worker, { eventDays: 30, dedupeDays: 45 });
    const rows = await at.admin`select plan_id from public.flow_plan_rows order by plan_id`;
    expect(rows.map((row) => String(row['plan_id']))).toEqual([recent, begun, done, newest]);
    expect(await at.admin`select 1 from public.flow_plans where flow_id = ${flowId}`).toHaveLength(
      5,
    );
  });
});

describe('the plans of a flow', () => {
  it('keep the last that was enabled, however old: it says that the flow has run', async () => {
    const { flowId } = await at.flow([], []);
    const [first, last, unused, newest] = [800, 700, 600, 500].map(idOf);
    for (const [id, isEnabled] of [
      [first, true],
      [last, true],
      [unused, false],
      [newest, false],
    ] as const) {
      await at.admin`
        insert into public.flow_plans (id, workspace_id, flow_id, flow_version, status, enabled_at, finished_at)
        values (${id ?? ''}, ${at.workspaceId}, ${flowId}, 1, 'void', ${isEnabled ? at.admin`now()` : null}, now())`;
    }
    await cleanRows(at.flows.world.worker, { eventDays: 30, dedupeDays: 45 });
    const plans = await at.admin`
      select id from public.flow_plans where flow_id = ${flowId} order by id`;
    expect(plans.map((row) => row['id'])).toEqual([last, newest]);
  });
});
