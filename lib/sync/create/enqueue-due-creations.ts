import { transaction, wake } from '#lib/db/index';
import { syncLimits } from '../limits.ts';
import type { SyncDeps } from '../sync-deps.ts';
import { createLimits } from './create-limits.ts';
import { manyOwed } from './manage-creations.ts';
import { claimDueCreations, parkMany, type Revival, reviveRefused } from './owe-store.ts';

/** Turns objects that are owed into jobs; the row and its job come in one transaction. */
export function enqueueDueCreations(deps: Pick<SyncDeps, 'db' | 'queue'>): Promise<number> {
  const { massWindowMs: windowMs, massRows: rows, massShare: share } = createLimits;
  return transaction(deps.db, async (tx) => {
    await parkMany(tx, { windowMs, rows, share }, manyOwed);
    const due = await claimDueCreations(tx, syncLimits.sweepRows, syncLimits.queueLeaseMs);
    if (due.length > 0) {
      await deps.queue.send(
        tx,
        'create',
        due.map((row) => ({
          payload: { workspaceId: row.workspace_id, creationId: row.id, epoch: row.epoch },
          key: row.id,
          workspaceId: row.workspace_id,
        })),
      );
    }
    return due.length;
  });
}

/**
 * Takes up again what was refused, where the record is another by now; goes on behind the last one that
 * was looked at, and from the beginning once there are no more.
 */
export const reviveCreations = (
  deps: Pick<SyncDeps, 'db'>,
  after: string | null,
  rows: number = createLimits.lookedRows,
): Promise<Revival> =>
  transaction(deps.db, async (tx) => {
    const looked = await reviveRefused(tx, after, rows);
    if (looked.revived > 0) await wake(tx, 'creations');
    return looked;
  });
