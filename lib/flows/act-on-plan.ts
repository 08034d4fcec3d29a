import { HubError } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { rejoinSides } from './part-store.ts';
import { writeChoice } from './plan-row-store.ts';
import { beginEnabling, endPlan, type StoredPlan } from './plan-store.ts';
import { getPlan, getPlanRow, holdPlan } from './read-plan.ts';
import type { Plan, PlanRow } from './schema.ts';

const notReady: Record<Exclude<Plan['status'], 'ready' | 'void'>, string> = {
  queued: 'The plan is not made yet.',
  making: 'The plan is not made yet.',
  enabling: 'The plan is being carried out.',
  done: 'The plan was carried out; plan again for what is new.',
  cancelled: 'The plan was cancelled; make a new one.',
  failed: 'The plan could not be finished; make a new one.',
};

function mustBeReady(plan: StoredPlan): void {
  if (plan.status === 'ready') return;
  if (plan.status === 'void') {
    throw new HubError('flows.plan_void', 'The flow has changed since; make a new plan.');
  }
  throw new HubError('flows.plan_state', notReady[plan.status]);
}

/** Lets the worker carry out the stored rows. Of two who enable one plan the second is told. */
export async function enablePlan(
  tx: Tx,
  input: { planId: string; enabledBy: string },
): Promise<Plan> {
  const plan = await holdPlan(tx, input.planId);
  mustBeReady(plan);
  await beginEnabling(tx, plan.workspace_id, plan.id, input.enabledBy);
  await rejoinSides(tx, plan.workspace_id, plan.flow_id);
  await wake(tx, 'plans');
  return getPlan(tx, { planId: plan.id });
}

/** Stops what is not done yet; what was joined and made stays. */
export async function cancelPlan(tx: Tx, input: { planId: string }): Promise<Plan> {
  const plan = await holdPlan(tx, input.planId);
  if (!['queued', 'making', 'ready', 'enabling'].includes(plan.status)) {
    throw new HubError('flows.plan_state', `A plan that is ${plan.status} cannot be cancelled.`);
  }
  await endPlan(tx, plan.workspace_id, plan.id, 'cancelled');
  return getPlan(tx, { planId: plan.id });
}

/** Whom a record in review is: one of its candidates, or nobody. */
export async function chooseForRow(
  tx: Tx,
  input: { planId: string; ordinal: number; recordId: string | null; chosenBy: string },
): Promise<PlanRow> {
  const plan = await holdPlan(tx, input.planId);
  mustBeReady(plan);
  const at = { workspaceId: plan.workspace_id, planId: plan.id, ordinal: input.ordinal };
  const row = await getPlanRow(tx, at);
  if (row.action !== 'review') {
    throw new HubError('flows.plan_state', 'This row needs no choice.');
  }
  const { recordId } = input;
  if (recordId !== null && !row.others.some((other) => other.record_id === recordId)) {
    throw new HubError('request.invalid', 'That is none of the candidates.', {
      details: { errors: [{ field: 'record_id', reason: 'is none of the row’s candidates' }] },
    });
  }
  const said = { recordId: row.record_id, choice: recordId, by: input.chosenBy };
  await writeChoice(tx, plan.workspace_id, plan.id, said);
  return getPlanRow(tx, at);
}
