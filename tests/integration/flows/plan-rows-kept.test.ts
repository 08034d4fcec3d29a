import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { cleanRows } from '#lib/hub/clean-rows';
import { PlanWorld } from './plan-world.ts';

let at: PlanWorld;
beforeAll(async () => {
  at = await PlanWorld.make();
});
afterAll(() => at.flows.world.close());

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
