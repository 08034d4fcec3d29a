import { type HubError, isHubError, toHubError } from '#lib/core/index';
import { isUnavailable, transaction } from '#lib/db/index';
import { counter } from '#lib/observability/index';
import { sealTo } from '#lib/security/index';
import { clientOfRow, connectorOf } from './client-of.ts';
import { logConnection, markNeedsReauth } from './connection-log.ts';
import { type Credential, writeCredential } from './credential.ts';
import {
  endLease,
  type Lease,
  noteRefreshed,
  postponeRefresh,
  type SealedCredential,
  type UsableRow,
  writeRefreshed,
} from './credential-store.ts';
import { credentialField } from './sealed-fields.ts';
import { type Granted, refreshToken, type TokenOutcome } from './token-endpoint.ts';
import type { ConnectionAt, ConnectionDeps } from './worker-deps.ts';

/**
 * No job's end cuts a refresh off: the provider may have rotated the token already, and the answer is
 * the only place the new one stands. Its own timeout (token-endpoint.ts) ends it.
 */
const uncut = new AbortController().signal;

/** It may have arrived and been done; we heard nothing. */
const isUnknown = (error: unknown): boolean =>
  !isHubError(error) ||
  (error.details?.['sent'] !== false &&
    (error.code === 'provider.timeout' || error.code === 'provider.unreachable'));

/** While PostgreSQL restarts a rotated token exists only here: it is written for as long as the lease. */
const commitWithinMs = 15_000;
const commitEveryMs = 200;

const refreshes = counter('patchbay_refreshes_total', 'Refreshes of credentials', [
  'connector',
  'outcome',
]);

/**
 * Refreshes as the holder of the lease. The rotated token is committed before anybody may use it.
 * `again`: read what is stored now (refreshed, overtaken, or marked needs_reauth). A HubError: the
 * service has a fault and the lease was given back.
 *
 * Between the provider's answer and our commit a crash loses a rotated refresh token. That window
 * cannot be closed from here; whoever takes the lease after it tries the old token once (providers
 * with a grace period accept it) and otherwise says needs_reauth with this very cause.
 */
export async function refreshHeld(
  deps: ConnectionDeps,
  opened: { row: UsableRow; credential: Credential },
  lease: Lease,
): Promise<'again' | HubError> {
  const { row } = opened;
  const at = { workspaceId: row.workspace_id, connectionId: row.id };
  const held = { ...at, epoch: lease.epoch, version: row.version };
  const connector = connectorOf(deps, row);
  const count = (outcome: string): void => refreshes.inc({ connector: row.connector, outcome });
  let outcome: TokenOutcome;
  try {
    const client = await clientOfRow(deps, connector, row);
    outcome = await refreshToken(client, opened.credential.refreshToken ?? '', uncut);
  } catch (error) {
    if (isHubError(error) && error.code === 'connections.app_missing') {
      count('refused');
      await endRefreshing(deps, held, { code: error.code, detail: error.message });
      return 'again';
    }
    await postponeRefresh(deps.db, { ...held, isUnknown: isUnknown(error) }, deps.clock.random());
    if (!isHubError(error)) throw error;
    count('fault');
    await logConnection(deps.db, {
      ...at,
      level: 'warning',
      code: error.code,
      message: `The credential could not be renewed yet. ${error.message}`,
    });
    return toHubError(error);
  }
  if ('refused' in outcome) {
    count('refused');
    await endRefreshing(deps, held, {
      code: outcome.refused.error,
      detail: whyRefused(connector.manifest.provider, outcome.refused.error, lease),
    });
    return 'again';
  }
  await commit(deps, held, outcome.granted);
  count('done');
  return 'again';
}

/** There is nothing to try again with: somebody has to authorise anew. */
function endRefreshing(
  deps: ConnectionDeps,
  held: ConnectionAt & { epoch: number; version: number },
  cause: { code: string; detail: string },
): Promise<void> {
  return transaction(deps.db, async (tx) => {
    // Overtaken by a new authorization: nothing is wrong with the connection then.
    if (await endLease(tx, held)) await markNeedsReauth(tx, held, cause);
  });
}

const whyRefused = (provider: string, error: string, lease: Lease): string =>
  `${provider} refused to renew the access (${error}).${
    lease.interrupted ? ' An earlier renewal was interrupted and may have used it up.' : ''
  } Connect again.`;

export function sealCredential(
  deps: Pick<ConnectionDeps, 'opener'>,
  at: ConnectionAt,
  credential: Credential,
): SealedCredential {
  const sealed = sealTo(deps.opener.publicKey, writeCredential(credential), {
    workspaceId: at.workspaceId,
    ownerId: at.connectionId,
    field: credentialField,
  });
  return { ...sealed, canRefresh: credential.refreshToken !== null };
}

async function commit(
  deps: ConnectionDeps,
  held: ConnectionAt & { epoch: number; version: number },
  granted: Granted,
): Promise<void> {
  const sealed = sealCredential(deps, held, granted.credential);
  const until = deps.clock.now() + commitWithinMs;
  for (;;) {
    try {
      await transaction(deps.db, async (tx) => {
        if (!(await writeRefreshed(tx, held, sealed))) return;
        await noteRefreshed(tx, held, {
          expiresAtMs: granted.credential.expiresAtMs,
          scopes: granted.scopes,
        });
        await logConnection(tx, {
          workspaceId: held.workspaceId,
          connectionId: held.connectionId,
          level: 'info',
          code: 'connections.refreshed',
          message: 'The access was renewed.',
        });
      });
      return;
    } catch (error) {
      if (!isUnavailable(error) || deps.clock.now() >= until) throw error;
      await new Promise((resolve) => setTimeout(resolve, commitEveryMs));
    }
  }
}
