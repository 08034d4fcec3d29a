import { transaction } from '#lib/db/index';
import { syncLimits } from './limits.ts';
import { claimDuePolls } from './poll-store.ts';
import type { SyncDeps } from './sync-deps.ts';

/** Turns streams whose poll is due into jobs. */
export function enqueueDuePolls(deps: Pick<SyncDeps, 'db' | 'queue'>): Promise<number> {
  return transaction(deps.db, async (tx) => {
    const due = await claimDuePolls(tx, syncLimits.sweepRows, syncLimits.queueLeaseMs);
    if (due.length > 0) {
      await deps.queue.send(
        tx,
        'poll',
        due.map((stream) => ({
          payload: { workspaceId: stream.workspace_id, streamId: stream.id, epoch: stream.epoch },
          key: stream.id,
          workspaceId: stream.workspace_id,
        })),
      );
    }
    return due.length;
  });
}
