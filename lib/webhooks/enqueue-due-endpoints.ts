import { type Clock, newId } from '#lib/core/index';
import { type Db, transaction } from '#lib/db/index';
import type { Queue } from '#lib/queue/index';
import {
  claimDue,
  insertMissing,
  type Registrable,
  recheckMisplaced,
  selectMissing,
} from './subscription-store.ts';

/** Endpoints turned into jobs by one sweep. */
const sweepRows = 100;

/**
 * The sweep of webhooks as desired state: streams that read and have no endpoint get one, and every
 * endpoint that is not as it is wanted, or was not looked at for long, becomes a job.
 */
export function enqueueDueEndpoints(
  deps: { db: Db; queue: Pick<Queue, 'send'>; clock: Clock },
  registrable: Registrable,
): Promise<number> {
  return transaction(deps.db, async (tx) => {
    const missing = await selectMissing(tx, registrable, sweepRows);
    if (missing.length > 0) {
      await insertMissing(
        tx,
        missing.map((row) => ({ ...row, id: newId(deps.clock.now()) })),
      );
    }
    const due = await claimDue(tx, registrable, sweepRows);
    const jobs = due.map(({ id, workspace_id: workspaceId }) => ({
      payload: { workspaceId, endpointId: id },
      key: id,
      workspaceId,
    }));
    await deps.queue.send(tx, 'webhook', jobs);
    return due.length;
  });
}

/** At the start of a worker: what is registered under an address that is not ours any more is due. */
export const realignEndpoints = (deps: {
  db: Db;
  publicUrl: string | undefined;
  port: number;
}): Promise<number> =>
  recheckMisplaced(deps.db, [deps.publicUrl ?? `http://127.0.0.1:${deps.port}`]);
