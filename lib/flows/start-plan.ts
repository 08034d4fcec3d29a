import { HubError, newId } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { endPlan, insertPlan, lockOpenPlan, lockPlannedFlow } from './plan-store.ts';
import { getPlan, toPlan } from './read-plan.ts';
import type { Plan } from './schema.ts';

/**
 * Orders a plan of the flow as it is now. One that is being made is answered as it is; one that
 * waits to be enabled makes room. Throws `flows.side_not_ready` as long as a side is being read:
 * what is not known yet would be planned as missing.
 */
export async function startPlan(
  tx: Tx,
  input: { workspaceId: string; flowId: string; requestedBy: string },
): Promise<Plan> {
  const { workspaceId, flowId, requestedBy } = input;
  const flow = await lockPlannedFlow(tx, workspaceId, flowId);
  if (!flow) throw new HubError('resource.not_found', 'There is no such flow.');
  const open = await lockOpenPlan(tx, workspaceId, flowId);
  if (open?.status === 'enabling') {
    throw new HubError('flows.plan_state', 'A plan of this flow is being carried out.');
  }
  if (open && open.status !== 'ready') return toPlan(open);
  if (flow.unready.length > 0) {
    const names = flow.unready.join(', ');
    throw new HubError(
      'flows.side_not_ready',
      `Not read to its end, or paused: ${names}. Plan when it is live.`,
      { details: { streams: flow.unready } },
    );
  }
  if (open) await endPlan(tx, workspaceId, open.id, 'void');
  const planId = newId();
  await insertPlan(tx, workspaceId, { id: planId, flowId, version: flow.version, requestedBy });
  await wake(tx, 'plans');
  return getPlan(tx, { planId });
}
