import { HubError, type JsonObject } from '#lib/core/index';
import { asUser, type Tx } from '#lib/db/index';
import { awaitCommand, requestCommand } from './command-request.ts';
import { findForMember, setStatus } from './connection-store.ts';
import { getConnection } from './list-connections.ts';
import type { Connection } from './schema.ts';
import type { Actor, ConnectionWebDeps } from './web-deps.ts';

export interface ConnectionPlace {
  workspaceId: string;
  connectionId: string;
}

const checkWaitMs = 20_000;

/** "Test connection": asks the service who we are, and answers the connection as it then stands. */
export async function checkConnection(
  deps: ConnectionWebDeps,
  actor: Actor,
  place: ConnectionPlace,
): Promise<Connection> {
  await asUser(deps.db, actor, (tx) => mustBeUsable(tx, place));
  await ask(deps, actor, place, { kind: 'connections.check', waitMs: checkWaitMs });
  return asUser(deps.db, actor, (tx) => getConnection(tx, place));
}

/**
 * Disconnecting begins at once (nothing new is started for the connection) and ends in the worker:
 * webhooks removed, access revoked, credential erased, a receipt left. `begin` starts that work in
 * the same transaction, so that a connection is never disconnecting without somebody who does it.
 */
export async function disconnect(
  deps: ConnectionWebDeps,
  actor: Actor,
  place: ConnectionPlace,
  begin: (tx: Tx) => Promise<void>,
): Promise<void> {
  await asUser(deps.db, actor, async (tx) => {
    const found = await findForMember(tx, { ...place, role: 'admin' });
    if (!found) throw new HubError('resource.not_found');
    if (found.status === 'disconnected') return;
    await setStatus(tx, place, { status: 'disconnecting', code: null, detail: null });
    await begin(tx);
  });
}

async function ask(
  deps: ConnectionWebDeps,
  actor: Actor,
  place: ConnectionPlace,
  command: { kind: string; waitMs: number },
): Promise<JsonObject> {
  const id = await requestCommand(deps.db, {
    workspaceId: place.workspaceId,
    kind: command.kind,
    payload: { connection_id: place.connectionId },
    requestedBy: actor.userId,
    timeoutMs: command.waitMs,
  });
  return awaitCommand(deps.db, id, command.waitMs);
}

/** A connection of the workspace that an editor may ask something of. */
export async function mustBeUsable(tx: Tx, place: ConnectionPlace): Promise<{ connector: string }> {
  const found = await findForMember(tx, { ...place, role: 'editor' });
  if (!found) throw new HubError('resource.not_found');
  if (found.status === 'disconnected' || found.status === 'disconnecting') {
    throw new HubError('connections.not_active');
  }
  return found;
}
