import { transaction } from '#lib/db/index';
import { syncLimits } from './limits.ts';
import { claimDuePushes } from './push-store.ts';
import type { SyncDeps } from './sync-deps.ts';

/** Turns links that owe something into jobs; the row and its job come in one transaction. */
export function enqueueDuePushes(deps: Pick<SyncDeps, 'db' | 'queue'>): Promise<number> {
  return transaction(deps.db, async (tx) => {
    const due = await claimDuePushes(tx, syncLimits.sweepRows, syncLimits.queueLeaseMs);
    if (due.length > 0) {
      await deps.queue.send(
        tx,
        'push',
        due.map((link) => ({
          payload: { workspaceId: link.workspace_id, linkId: link.id, epoch: link.epoch },
          key: link.id,
          workspaceId: link.workspace_id,
        })),
      );
    }
    return due.length;
  });
}
