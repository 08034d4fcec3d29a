import { isHubError } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import { baseOf, type EndpointDeps, type HookAccess, heldSignal } from './endpoint-deps.ts';
import { isOfEndpoint } from './endpoint-plan.ts';
import {
  dropEndpoint,
  type EndpointRow,
  giveBack,
  selectStanding,
  takeEndpoint,
} from './endpoint-store.ts';
import { readWant, wholeConnection } from './subscription-store.ts';
import { endpointUrl } from './webhook-address.ts';

/**
 * Takes the registrations of a connection back, those included whose making was never heard of.
 * False while somebody else holds one of them. A fault of the service is thrown to be tried again;
 * where it refuses for good, or the connection cannot be opened, the endpoint is dropped and says so.
 */
export async function removeEndpoints(
  deps: EndpointDeps,
  at: { workspaceId: string; connectionId: string },
  signal: AbortSignal,
): Promise<boolean> {
  let isAll = true;
  for (const { id } of await selectStanding(deps.db, at)) {
    const row = await takeEndpoint(deps.db, { workspaceId: at.workspaceId, endpointId: id });
    if (row) await removeHeld(deps, row, signal);
    else isAll = false;
  }
  return isAll;
}

/**
 * Takes the registration of one scope back unless a stream reads it. Null while somebody else holds
 * it, else whether it went.
 */
export async function removeUnwanted(
  deps: EndpointDeps,
  at: { workspaceId: string; connectionId: string; scopeKey: string },
  signal: AbortSignal,
): Promise<boolean | null> {
  const standing = await selectStanding(deps.db, at);
  const found =
    standing.find(({ scopeKey }) => scopeKey === at.scopeKey) ??
    standing.find(({ scopeKey }) => scopeKey === wholeConnection);
  if (!found) return false;
  const place = { workspaceId: at.workspaceId, endpointId: found.id };
  if ((await readWant(deps.db, place)) !== 'no') return false;
  const row = await takeEndpoint(deps.db, place);
  if (!row) return null;
  await removeHeld(deps, row, signal);
  return true;
}

/** Of an endpoint the caller holds. */
export async function removeHeld(
  deps: EndpointDeps,
  row: EndpointRow,
  signal: AbortSignal,
): Promise<void> {
  const bounded = heldSignal(signal);
  let detail: string | null = null;
  try {
    const isThere = row.isAttempted || row.remoteId !== null;
    if (isThere) await removeRemote(deps, row, bounded);
  } catch (error) {
    if (!isHubError(error) || error.retry !== 'never') {
      // Tried again by whoever comes next, who need not wait for the lease to end.
      await giveBack(deps.db, row);
      throw error;
    }
    deps.log.warn('a webhook stays registered at the service', {
      err: error,
      endpoint_id: row.id,
      connection_id: row.connectionId,
    });
    detail = isAccess(error.code)
      ? 'The connection could not be opened, so the service was not told.'
      : error.message;
  }
  await transaction(deps.db, (tx) => dropEndpoint(tx, row, detail));
}

const isAccess = (code: string): boolean => code.startsWith('connections.');

async function removeRemote(
  deps: EndpointDeps,
  row: EndpointRow,
  signal: AbortSignal,
): Promise<void> {
  const at = { workspaceId: row.workspaceId, connectionId: row.connectionId };
  const access = await deps.connect(at, { signal, isEnding: true });
  for (const remoteId of await remoteIdsOf(deps, access, row)) {
    await access.api.removeWebhook?.(access.ctx, row.scope, remoteId);
  }
}

/**
 * What of this endpoint stands at the service. Its address is its own, so it is found by that, at
 * whichever origin. Where there is no list, registering once more tells the id of what stands there.
 */
async function remoteIdsOf(
  deps: EndpointDeps,
  access: HookAccess,
  row: EndpointRow,
): Promise<string[]> {
  const known = row.remoteId === null ? [] : [row.remoteId];
  if (access.api.listWebhooks) {
    const hooks = await access.api.listWebhooks(access.ctx, row.scope);
    const ours = hooks.filter(({ url }) => isOfEndpoint(url, row));
    return [...new Set([...known, ...ours.map(({ remoteId }) => remoteId)])];
  }
  const base = baseOf(deps, access);
  if (row.status === 'active' || 'unavailable' in base || !access.api.registerWebhook) return known;
  const url = endpointUrl(base.baseUrl, row.connector, row.id);
  const target = { url, secret: crypto.randomUUID().replaceAll('-', '') };
  const { remoteId } = await access.api.registerWebhook(access.ctx, row.scope, target);
  return [...new Set([...known, remoteId])];
}
