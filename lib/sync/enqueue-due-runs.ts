import { transaction } from '#lib/db/index';
import { syncLimits } from './limits.ts';
import { claimDueRuns } from './run-work-store.ts';
import type { SyncDeps } from './sync-deps.ts';

/** Turns runs that can go on into jobs; a run whose worker died is found by its lease. */
export function enqueueDueRuns(deps: Pick<SyncDeps, 'db' | 'queue'>): Promise<number> {
  return transaction(deps.db, async (tx) => {
    const due = await claimDueRuns(tx, syncLimits.sweepRows, syncLimits.queueLeaseMs);
    if (due.length > 0) {
      await deps.queue.send(
        tx,
        'run',
        due.map((run) => ({
          payload: { workspaceId: run.workspace_id, runId: run.id, epoch: run.epoch },
          key: run.id,
        })),
      );
    }
    return due.length;
  });
}
