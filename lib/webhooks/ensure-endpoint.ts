import { isHubError, newId } from '#lib/core/index';
import { findAppWebhook } from './app-webhook-store.ts';
import {
  baseOf,
  type EndpointDeps,
  type EndpointRequest,
  type HookAccess,
  heldSignal,
} from './endpoint-deps.ts';
import { retryEndpointMs } from './endpoint-plan.ts';
import {
  type EndpointRow,
  findEndpointOf,
  giveBack,
  selectStanding,
  settleFailed,
  takeForRegistering,
} from './endpoint-store.ts';
import { registerHeld } from './register-endpoint.ts';
import { reasonOf } from './settle-app-webhooks.ts';
import { wholeConnection } from './subscription-store.ts';
import { endpointUrl } from './webhook-address.ts';

export type EndpointResult =
  | { status: 'active'; endpointId: string }
  /** `isFinal` false: the service had a fault, asking again later may work. */
  | { status: 'unavailable'; reason: string; isFinal: boolean }
  /** Somebody else registers it at this moment: ask again in a moment. */
  | { status: 'busy' };

/**
 * Sees to it that the service posts changes of this scope to us, now; whoever else wants the same
 * meanwhile waits. Later it is the reconciler that keeps it so.
 */
export async function ensureEndpoint(
  deps: EndpointDeps,
  request: EndpointRequest,
  signal: AbortSignal,
): Promise<EndpointResult> {
  const bounded = heldSignal(signal);
  const access = await deps.connect(request, { signal: bounded, isEnding: false });
  if (!access.takesWebhooks) {
    return { status: 'unavailable', reason: 'no webhooks are taken from it', isFinal: true };
  }
  if (!access.api.registerWebhook || access.registration === null) {
    return byHand(deps, request);
  }
  const base = baseOf(deps, access);
  if ('unavailable' in base) {
    return { status: 'unavailable', reason: base.unavailable, isFinal: true };
  }
  const wanted = wantedOf(request, access);
  const urlOf = ({ connector, id }: { connector: string; id: string }): string =>
    endpointUrl(base.baseUrl, connector, id);
  const stands = (row: EndpointRow): boolean => row.status === 'active' && row.url === urlOf(row);
  const present = await findEndpointOf(deps.db, wanted);
  if (present && stands(present)) return { status: 'active', endpointId: present.id };
  const id = newId(deps.clock.now());
  const row = await takeForRegistering(deps.db, { ...wanted, connector: access.connector, id });
  if (!row) return { status: 'busy' };
  try {
    // Whoever held it until now has perhaps done what was to be done.
    if (stands(row)) await giveBack(deps.db, row);
    else await registerHeld({ deps, access, row }, urlOf(row));
    return { status: 'active', endpointId: row.id };
  } catch (error) {
    if (!isHubError(error)) throw error;
    const isFinal = error.retry === 'never';
    const retryInMs = retryEndpointMs(row.attempts, isFinal, deps.clock.random());
    await settleFailed(deps.db, row, { detail: error.message, retryInMs });
    return { status: 'unavailable', reason: error.message, isFinal };
  }
}

const wantedOf = (request: EndpointRequest, access: HookAccess): EndpointRequest =>
  access.registration?.per === 'connection'
    ? { ...request, scopeKey: wholeConnection, scope: {} }
    : request;

/** A webhook somebody set up by hand, for this connection or for the app it was made with. */
async function byHand(deps: EndpointDeps, request: EndpointRequest): Promise<EndpointResult> {
  const standing = await selectStanding(deps.db, request);
  // Where a connection is only listened to there is no other way, whether or not something has come.
  const active = standing.find(
    ({ status, isDescribed }) => status === 'active' || (isDescribed && status === 'pending'),
  );
  if (active) return { status: 'active', endpointId: active.id };
  const ofApp = await findAppWebhook(deps.db, request);
  if (ofApp?.isProven) return { status: 'active', endpointId: ofApp.id };
  return { status: 'unavailable', reason: reasonOf({ hasSecret: ofApp !== null }), isFinal: true };
}
