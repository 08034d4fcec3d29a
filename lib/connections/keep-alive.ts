import { z } from 'zod';
import { isHubError, type JsonObject } from '#lib/core/index';
import { type Db, transaction } from '#lib/db/index';
import type { Queue } from '#lib/queue/index';
import { logConnection } from './connection-log.ts';
import { noteAlive, takeIdleConnections } from './keep-alive-store.ts';
import { openConnection } from './open-connection.ts';
import type { ConnectionDeps } from './worker-deps.ts';

const sweepRows = 50;
const payloadSchema = z.object({ workspace_id: z.uuid(), connection_id: z.uuid() });

/** Connections nobody called for a day become jobs; answers how many. */
export async function enqueueIdleConnections(deps: {
  db: Db;
  queue: Pick<Queue, 'send'>;
}): Promise<number> {
  return transaction(deps.db, async (tx) => {
    const idle = await takeIdleConnections(tx, sweepRows);
    const jobs = idle.map((row) => ({
      payload: { ...row },
      key: row.connection_id,
      workspaceId: row.workspace_id,
    }));
    await deps.queue.send(tx, 'keepalive', jobs);
    return jobs.length;
  });
}

/**
 * The handler of the keepalive queue: asks the service who we are, with the least urgent of lanes.
 * Services end tokens that are not used, and a credential revoked there shows now instead of when
 * somebody needs it. What it finds stands in the connection's log; a refused credential becomes
 * needs_reauth on the way, as with any other call.
 */
export async function keepAlive(
  deps: ConnectionDeps,
  payload: JsonObject,
  signal: AbortSignal,
): Promise<void> {
  const row = payloadSchema.parse(payload);
  const at = { workspaceId: row.workspace_id, connectionId: row.connection_id };
  try {
    const opened = await openConnection(deps, at, { lane: 'backfill', signal });
    const account = await opened.api.account(opened.ctx);
    const isSame = account.id === opened.connection.accountId;
    await transaction(deps.db, async (tx) => {
      if (isSame) await noteAlive(tx, at, account);
      await logConnection(tx, {
        ...at,
        level: isSame ? 'info' : 'error',
        code: isSame ? 'connections.kept_alive' : 'connections.account_mismatch',
        message: isSame
          ? `Idle for a day and asked: the service still answers as ${account.name}.`
          : `The service now answers as ${account.name}, which is another account.`,
      });
    });
  } catch (error) {
    if (!isHubError(error)) throw error;
    deps.log.info('An idle connection could not be checked', {
      connection_id: at.connectionId,
      code: error.code,
    });
  }
}
