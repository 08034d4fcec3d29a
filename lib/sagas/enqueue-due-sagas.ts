import { type Db, transaction } from '#lib/db/index';
import type { Queue } from '#lib/queue/index';
import { claimDueSagas } from './store.ts';

/** Due sagas turned into jobs by one sweep. */
const sweepRows = 100;

/** Turns sagas whose time has come into jobs; one whose worker died is found by its lease. */
export function enqueueDueSagas(deps: { db: Db; queue: Pick<Queue, 'send'> }): Promise<number> {
  return transaction(deps.db, async (tx) => {
    const due = await claimDueSagas(tx, sweepRows);
    const jobs = due.map(({ id, workspace_id: workspaceId, epoch }) => ({
      payload: { workspaceId, sagaId: id, epoch },
      key: id,
      workspaceId,
    }));
    await deps.queue.send(tx, 'saga', jobs);
    return due.length;
  });
}
