import { transaction } from '#lib/db/index';
import type { PlanDeps } from './plan-deps.ts';
import { planLimits } from './plan-limits.ts';
import { claimDuePlans } from './plan-work-store.ts';

/** Turns plans that can go on into jobs; one whose worker died is found by its lease. */
export function enqueueDuePlans(deps: Pick<PlanDeps, 'db' | 'queue'>): Promise<number> {
  const { sweepRows, queueLeaseMs } = planLimits;
  return transaction(deps.db, async (tx) => {
    const due = await claimDuePlans(tx, sweepRows, queueLeaseMs);
    if (due.length > 0) {
      await deps.queue.send(
        tx,
        'plan',
        due.map(({ id, workspace_id: workspaceId, epoch }) => ({
          payload: { workspaceId, planId: id, epoch },
          key: id,
          workspaceId,
        })),
      );
    }
    return due.length;
  });
}
