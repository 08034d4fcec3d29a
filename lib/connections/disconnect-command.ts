import { z } from 'zod';
import { isHubError, type JsonObject } from '#lib/core/index';
import { type Tx, transaction } from '#lib/db/index';
import { clientOfRow, connectorOf } from './client-of.ts';
import type { Command, CommandKind } from './command-runner.ts';
import { logConnection } from './connection-log.ts';
import { finishDisconnect } from './connection-store.ts';
import { readCredential } from './credential.ts';
import { eraseCredential, readUsable } from './credential-store.ts';
import { openSealed } from './open-sealed.ts';
import { type Revoked, revokeCredential } from './revoke-token.ts';
import { credentialField } from './sealed-fields.ts';
import type { ConnectionAt, ConnectionDeps } from './worker-deps.ts';

/** What disconnecting needs of rooms this one may not enter; hub binds it. */
export interface DisconnectPorts {
  /** Stops streams and runs: nothing new is read or written for the connection. */
  stop(tx: Tx, at: ConnectionAt): Promise<void>;
  /** Takes webhooks back at the service. Never throws for a refusal of the service. */
  removeWebhooks(at: ConnectionAt, signal: AbortSignal): Promise<void>;
}

const payloadSchema = z.object({ connection_id: z.uuid() });

/**
 * connections.disconnect: stop, remove webhooks, revoke, erase, receipt. Every step may be done
 * again, so a worker that dies is followed by one that begins anew. Records and links stay.
 */
export function disconnectCommand(deps: ConnectionDeps, ports: DisconnectPorts): CommandKind {
  return {
    isForWaiting: false,
    run: async (command) => {
      const { connection_id: connectionId } = payloadSchema.parse(command.payload);
      const at = { workspaceId: command.workspaceId, connectionId };
      const row = await readUsable(deps.db, at);
      // Somebody may have connected again before this was begun: then it is not to be ended.
      if (row?.status !== 'disconnecting') return {};
      await transaction(deps.db, (tx) => ports.stop(tx, at));
      await ports.removeWebhooks(at, command.signal);
      const revoked = await revoke(deps, command, at);
      const receipt = {
        disconnected_at: new Date(deps.clock.now()).toISOString(),
        requested_by: command.requestedBy,
        revocation: revoked.outcome,
        ...('why' in revoked ? { revocation_detail: revoked.why } : {}),
        webhooks: await countWebhooks(deps, at),
        credential: 'erased',
      };
      return transaction(deps.db, async (tx): Promise<JsonObject> => {
        // Or meanwhile: the new credential is another one than what was revoked.
        if (!(await finishDisconnect(tx, at, receipt))) return {};
        await eraseCredential(tx, at);
        await logConnection(tx, {
          ...at,
          level: revoked.outcome === 'failed' ? 'warning' : 'info',
          code: 'connections.disconnected',
          message: sentenceFor(revoked),
        });
        return { receipt };
      });
    },
  };
}

const tries = 3;

/** Also of a connection that needs authorisation: its token may still be good for something. */
async function revoke(deps: ConnectionDeps, command: Command, at: ConnectionAt): Promise<Revoked> {
  const row = await readUsable(deps.db, at);
  if (!row?.envelope) return { outcome: 'already_invalid' };
  try {
    const client = await clientOfRow(deps, connectorOf(deps, row), row);
    const opened = await openSealed(deps, row.envelope, {
      workspaceId: at.workspaceId,
      ownerId: at.connectionId,
      field: credentialField,
    });
    const credential = readCredential(opened);
    let last: Revoked = { outcome: 'failed', why: 'It was not tried.' };
    for (let n = 0; n < tries && last.outcome === 'failed'; n += 1) {
      last = await revokeCredential(client, credential, command.signal);
    }
    return last;
  } catch (error) {
    if (!isHubError(error)) throw error;
    return { outcome: 'failed', why: error.message };
  }
}

async function countWebhooks(deps: ConnectionDeps, at: ConnectionAt): Promise<JsonObject> {
  const rows = await deps.db<{ status: string; n: number }[]>`
    select status, count(*)::int as n from public.webhook_endpoints
    where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId} group by status`;
  return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
}

const sentenceFor = (revoked: Revoked): string =>
  ({
    revoked: 'Disconnected; the access was revoked at the service.',
    already_invalid: 'Disconnected; the access was not valid any more.',
    unsupported: 'Disconnected; the service offers no way to revoke the access.',
    failed: 'Disconnected; the access could not be revoked. Remove it at the service by hand.',
  })[revoked.outcome];
