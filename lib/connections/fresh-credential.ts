import { HubError, isHubError } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import { connectorOf } from './client-of.ts';
import { markNeedsReauth } from './connection-log.ts';
import { type Credential, freshnessOf, readCredential } from './credential.ts';
import { claimLease, readUsable, type UsableRow } from './credential-store.ts';
import { isRenewing, joinRenewal, type Renewal } from './join-renewal.ts';
import { openSealed } from './open-sealed.ts';
import { refreshHeld } from './refresh-credential.ts';
import { credentialField } from './sealed-fields.ts';
import type { ConnectionAt, ConnectionDeps } from './worker-deps.ts';

/** How long a caller without a usable token waits for another worker's refresh. */
const waitMs = 35_000;
const lookEveryMs = 60;

export interface FreshOptions {
  /** The token the service just refused: it is not handed out again. */
  rejected?: string;
  signal: AbortSignal;
  /** While disconnecting the credential is still needed: to remove webhooks and to revoke. */
  allowDisconnecting?: boolean;
}

export interface OpenedCredential {
  row: UsableRow;
  credential: Credential;
}

/**
 * The credential of a connection, refreshed when that is due. Of any number of callers in any number
 * of workers, one refreshes: callers of one worker are one, and of the workers whoever gets the lease. The others go on with the old token while it is
 * good, and wait for the new one when it is not.
 */
export async function freshCredential(
  deps: ConnectionDeps,
  at: ConnectionAt,
  options: FreshOptions,
): Promise<OpenedCredential> {
  const until = deps.clock.now() + waitMs;
  let hasRefreshed = false;
  for (;;) {
    options.signal.throwIfAborted();
    const opened = await openStored(deps, at, options.allowDisconnecting ?? false);
    const { row, credential } = opened;
    const isRejected = credential.accessToken === options.rejected;
    const freshness = isRejected ? 'expired' : freshnessOf(credential, deps.clock);
    if (freshness === 'good') return opened;
    if (credential.refreshToken === null) {
      if (freshness === 'due') return opened;
      throw await giveUp(deps, row, isRejected ? 'refused' : 'expired');
    }
    // The service gave the refused token once more, or one that ends at once.
    if (hasRefreshed) throw await giveUp(deps, row, 'refused');
    const key = `${row.id} ${row.version}`;
    if (freshness === 'due' && isRenewing(deps, key)) return opened;
    const outcome = await joinRenewal(deps, key, options.signal, () =>
      renew(deps, at, opened, freshness === 'expired' ? until : null),
    );
    hasRefreshed = outcome === 'renewed';
    if (hasRefreshed) continue;
    // The old token serves while it is good, whoever renews it and whatever comes of it.
    if (freshness === 'due') return opened;
    if (outcome !== 'held') throw outcome;
    if (deps.clock.now() >= until) throw resting(lookEveryMs);
  }
}

/** Renews as the holder of the lease, or waits for whoever is; not at all without an `until`. */
async function renew(
  deps: ConnectionDeps,
  at: ConnectionAt,
  opened: OpenedCredential,
  until: number | null,
): Promise<Renewal> {
  const { version } = opened.row;
  for (;;) {
    const lease = await claimLease(deps.db, at, version);
    if (lease) {
      const outcome = await refreshHeld(deps, opened, lease);
      return outcome === 'again' ? 'renewed' : outcome;
    }
    if (until === null) return 'held';
    const present = await readUsable(deps.db, at);
    const isOver = present?.version !== version || present.status !== opened.row.status;
    if (isOver || deps.clock.now() >= until) return 'held';
    if (present.retry_in_ms !== null && present.retry_in_ms > 0) {
      return resting(present.retry_in_ms);
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

const noCredential: Credential = {
  accessToken: '',
  refreshToken: null,
  obtainedAtMs: 0,
  expiresAtMs: null,
};

async function openStored(
  deps: ConnectionDeps,
  at: ConnectionAt,
  allowDisconnecting: boolean,
): Promise<OpenedCredential> {
  const row = await readUsable(deps.db, at);
  if (!row) throw new HubError('resource.not_found');
  if (row.status === 'needs_reauth') {
    throw new HubError('connections.needs_reauth', row.status_detail ?? undefined);
  }
  const isUsable =
    row.status === 'active' || (row.status === 'disconnecting' && allowDisconnecting);
  if (!isUsable) throw new HubError('connections.not_active');
  // Nothing is called by it, so there is nothing to call with.
  if (row.auth_kind === 'webhook') return { row, credential: noCredential };
  if (!row.envelope) throw new HubError('connections.not_active');
  const context = {
    workspaceId: at.workspaceId,
    ownerId: at.connectionId,
    field: credentialField,
  };
  try {
    return { row, credential: readCredential(await openSealed(deps, row.envelope, context)) };
  } catch (error) {
    // A key that is not here may be put back; what was changed or moved never opens again.
    if (isHubError(error) && error.details?.['reason'] !== 'unknown_key') {
      await transaction(deps.db, (tx) =>
        markNeedsReauth(tx, at, {
          code: error.code,
          detail: 'The stored credential does not open: it was changed or moved. Connect again.',
        }),
      );
    }
    throw error;
  }
}

/** Marks the connection as in need of a new authorization and answers the error that says so. */
export async function giveUp(
  deps: ConnectionDeps,
  row: UsableRow,
  why: 'refused' | 'expired',
): Promise<HubError> {
  const { provider } = connectorOf(deps, row).manifest;
  const detail =
    why === 'expired'
      ? `The access ${provider} gave has ended and cannot be renewed. Connect again.`
      : `${provider} does not accept the credential any more; it was revoked or replaced there. Connect again.`;
  const at = { workspaceId: row.workspace_id, connectionId: row.id };
  const code = why === 'expired' ? 'connections.expired' : 'provider.unauthorized';
  await transaction(deps.db, (tx) => markNeedsReauth(tx, at, { code, detail }));
  return new HubError('connections.needs_reauth', detail);
}

const resting = (afterMs: number): HubError =>
  new HubError('provider.unavailable', 'The credential could not be renewed yet.', {
    retry: 'after',
    afterMs: Math.ceil(afterMs),
    details: { sent: false },
  });
