import { z } from 'zod';
import { isHubError, type JsonObject } from '#lib/core/index';
import { type Db, transaction } from '#lib/db/index';
import type { Queue } from '#lib/queue/index';
import { dropOldCommands } from './command-store.ts';
import { selectDueRefreshes } from './credential-store.ts';
import { freshCredential } from './fresh-credential.ts';
import { dropOldStates } from './oauth-state-store.ts';
import type { ConnectionDeps } from './worker-deps.ts';

const sweepRows = 50;
const payloadSchema = z.object({ workspace_id: z.uuid(), connection_id: z.uuid() });

/**
 * Connections whose token nears its end become jobs. The row is not marked: a second job finds the
 * lease taken or the token renewed and does nothing. Answers 0, because what was enqueued is still
 * due until it is done and must not be asked for again at once.
 */
export async function enqueueDueRefreshes(deps: {
  db: Db;
  queue: Pick<Queue, 'send' | 'kick'>;
}): Promise<number> {
  const sent = await transaction(deps.db, async (tx) => {
    const due = await selectDueRefreshes(tx, sweepRows);
    const jobs = due.map((row) => ({
      payload: { ...row },
      key: row.connection_id,
      workspaceId: row.workspace_id,
    }));
    await deps.queue.send(tx, 'refresh', jobs);
    return jobs.length;
  });
  if (sent > 0) deps.queue.kick('refresh');
  return 0;
}

/** The handler of the refresh queue. Causes are in the connection's log; the row says when to retry. */
export async function runRefresh(
  deps: ConnectionDeps,
  payload: JsonObject,
  signal: AbortSignal,
): Promise<void> {
  const row = payloadSchema.parse(payload);
  const at = { workspaceId: row.workspace_id, connectionId: row.connection_id };
  try {
    await freshCredential(deps, at, { signal });
  } catch (error) {
    if (!isHubError(error)) throw error;
    deps.log.info('A credential was not renewed', {
      connection_id: at.connectionId,
      code: error.code,
    });
  }
}

/** Rows that have told everything they had to: finished commands, states nobody can use. */
export async function dropOldRows(db: Db): Promise<void> {
  await dropOldCommands(db);
  await dropOldStates(db);
}
