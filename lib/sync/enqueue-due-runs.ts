import { newId } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import { syncLimits } from './limits.ts';
import { insertQueuedRun } from './run-store.ts';
import { claimDueRuns } from './run-work-store.ts';
import { claimDueSweeps } from './sweep-store.ts';
import type { SyncDeps } from './sync-deps.ts';

/** Queues the sweeps whose time has come, and turns runs that can go on into jobs; a run whose worker died is found by its lease. */
export function enqueueDueRuns(deps: Pick<SyncDeps, 'db' | 'queue'>): Promise<number> {
  return transaction(deps.db, async (tx) => {
    const { sweepRows, sweepEveryMs } = syncLimits;
    for (const stream of await claimDueSweeps(tx, sweepRows, sweepEveryMs)) {
      await insertQueuedRun(tx, {
        id: newId(),
        workspaceId: stream.workspace_id,
        connectionId: stream.connection_id,
        streamId: stream.id,
        kind: 'reconcile',
        requestedBy: null,
      });
    }
    const due = await claimDueRuns(tx, syncLimits.sweepRows, syncLimits.queueLeaseMs);
    if (due.length > 0) {
      await deps.queue.send(
        tx,
        'run',
        due.map((run) => ({
          payload: { workspaceId: run.workspace_id, runId: run.id, epoch: run.epoch },
          key: run.id,
          workspaceId: run.workspace_id,
        })),
      );
    }
    return due.length;
  });
}
