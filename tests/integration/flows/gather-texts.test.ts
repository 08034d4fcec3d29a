import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '#lib/db/index';
import { gatherMembers } from '#lib/flows/gather-members';
import { selectSides } from '#lib/flows/gather-store';
import type { TakenPlan } from '#lib/flows/plan-work-store';
import { PlanWorld } from './plan-world.ts';

let at: PlanWorld;
beforeAll(async () => {
  at = await PlanWorld.make();
});
afterAll(() => at.flows.world.close());

const texts = 130;
async function steps(matchFields: string[]): Promise<number[]> {
  const fields = Array.from({ length: texts }, (_, n) => ({ title: `T ${n}`, body: `Text ${n}` }));
  const { flowId } = await at.flow(fields, [], { match_fields: matchFields });
  const { worker } = at.flows.world;
  const { id: planId } = await at.start(flowId);
  const plan: TakenPlan = {
    id: planId,
    workspace_id: at.workspaceId,
    flow_id: flowId,
    status: 'making',
    attempts: 0,
    checkpoint: {},
    kind: 'task',
    match_fields: matchFields,
    on_difference: 'ask',
  };
  const sides = await selectSides(worker, plan);
  const looked: number[] = [];
  let after: string | null = null;
  do {
    const place: { after: string | null; isLate: boolean } = { after, isLate: false };
    const step = await transaction(worker, (tx) => gatherMembers(tx, plan, sides, place));
    looked.push(step.looked);
    after = step.next;
  } while (after !== null);
  return looked;
}

describe('records that are matched by long texts', () => {
  it('are taken in fewer at a time: each may have a quarter of a megabyte', async () => {
    expect(await steps(['title'])).toEqual([130]);
    expect(await steps(['title', 'body'])).toEqual([50, 50, 30]);
  });
});
