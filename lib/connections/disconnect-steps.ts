import { HubError, type JsonObject } from '#lib/core/index';
import type { Db, Tx } from '#lib/db/index';
import { clientOfRow, connectorOf } from './client-of.ts';
import { logConnection } from './connection-log.ts';
import { finishDisconnect, lockDisconnecting } from './connection-store.ts';
import { readCredential } from './credential.ts';
import { eraseCredential, readUsable, type UsableRow } from './credential-store.ts';
import { openConnection } from './open-connection.ts';
import { openSealed } from './open-sealed.ts';
import { type Revoked, revokeCredential } from './revoke-token.ts';
import { credentialField } from './sealed-fields.ts';
import type { ConnectionAt, ConnectionDeps } from './worker-deps.ts';

/**
 * The steps by which a connection ends, as its saga takes them. Each may be done again, and each
 * first sees whether the connection is still to be ended: somebody may have connected again, and
 * the new credential is another one than what was to be revoked.
 */
export async function isDisconnecting(db: Db, at: ConnectionAt): Promise<boolean> {
  return (await readUsable(db, at))?.status === 'disconnecting';
}

export type Revocation = Exclude<Revoked, { outcome: 'failed' }> & { detail?: string };

/**
 * Gives the access back at the service. Null when the connection has been overtaken. A refusal or
 * fault of the service is thrown. `isRepeated`: an earlier try may have been heard, so that a service
 * that does not know the access any more tells of that try.
 */
export async function revokeAccess(
  deps: ConnectionDeps,
  at: ConnectionAt,
  { isRepeated, signal }: { isRepeated: boolean; signal: AbortSignal },
): Promise<Revocation | null> {
  const row = await readUsable(deps.db, at);
  if (row?.status !== 'disconnecting') return null;
  if (row.auth_kind === 'webhook') {
    return { outcome: 'unsupported', detail: 'Nobody had to give it access.' };
  }
  if (!row.envelope) return { outcome: 'already_invalid' };
  const revoked = await revokeRow(deps, { ...row, envelope: row.envelope }, signal);
  if (revoked.outcome === 'failed') {
    throw new HubError('provider.unavailable', revoked.why, { retry: 'later' });
  }
  if (revoked.outcome === 'already_invalid' && isRepeated) {
    const detail = 'The worker had stopped in the middle; the service does not know it any more.';
    return { outcome: 'revoked', detail };
  }
  return revoked;
}

/** Also of a connection that needs authorisation: its token may still be good for something. */
async function revokeRow(
  deps: ConnectionDeps,
  row: UsableRow & { envelope: Buffer },
  signal: AbortSignal,
): Promise<Revoked> {
  if (row.auth_kind !== 'oauth2') return { outcome: 'unsupported' };
  const connector = connectorOf(deps, row);
  const at = { workspaceId: row.workspace_id, connectionId: row.id };
  if (connector.api.revoke) {
    const opened = await openConnection(deps, at, {
      lane: 'edit',
      signal,
      allowDisconnecting: true,
    });
    const outcome = await opened.api.revoke?.(opened.ctx);
    return { outcome: outcome ?? 'unsupported' };
  }
  const client = await clientOfRow(deps, connector, row);
  const opened = await openSealed(deps, row.envelope, {
    workspaceId: row.workspace_id,
    ownerId: row.id,
    field: credentialField,
  });
  return revokeCredential(client, readCredential(opened), signal);
}

/** False when the connection has been overtaken. */
export async function eraseAccess(tx: Tx, at: ConnectionAt): Promise<boolean> {
  if (!(await lockDisconnecting(tx, at))) return false;
  await eraseCredential(tx, at);
  return true;
}

export interface Ending {
  atMs: number;
  requestedBy: string | null;
  revoked: Revocation | { outcome: 'failed'; detail: string };
  webhooks: { removed: number; left: number };
}

/** The last word of a connection. False when it has been overtaken. */
export async function writeReceipt(
  tx: Tx,
  at: ConnectionAt,
  { atMs, requestedBy, revoked, webhooks }: Ending,
): Promise<boolean> {
  const receipt: JsonObject = {
    disconnected_at: new Date(atMs).toISOString(),
    requested_by: requestedBy,
    revocation: revoked.outcome,
    ...(revoked.detail === undefined ? {} : { revocation_detail: revoked.detail }),
    webhooks: { ...webhooks },
    credential: 'erased',
  };
  if (!(await finishDisconnect(tx, at, receipt))) return false;
  await logConnection(tx, {
    ...at,
    level: revoked.outcome === 'failed' || webhooks.left > 0 ? 'warning' : 'info',
    code: 'connections.disconnected',
    message: sentences[revoked.outcome],
  });
  return true;
}

const sentences = {
  revoked: 'Disconnected; the access was revoked at the service.',
  already_invalid: 'Disconnected; the access was not valid any more.',
  unsupported: 'Disconnected; the service offers no way to revoke the access.',
  failed: 'Disconnected; the access could not be revoked. Remove it at the service by hand.',
} as const;
