import { z } from 'zod';
import { logConnection } from '#lib/connections/index';
import { type HubError, isHubError, type JsonObject } from '#lib/core/index';
import { baseOf, type EndpointDeps, type HeldEndpoint, heldSignal } from './endpoint-deps.ts';
import {
  type EndpointFacts,
  endpointIdOf,
  nextCheckMs,
  planEndpoint,
  retryEndpointMs,
} from './endpoint-plan.ts';
import {
  type EndpointRow,
  selectKnown,
  settleChecked,
  settleFailed,
  takeEndpoint,
} from './endpoint-store.ts';
import { registerHeld } from './register-endpoint.ts';
import { removeHeld } from './remove-endpoint.ts';
import { readWant, wholeConnection } from './subscription-store.ts';
import { endpointUrl } from './webhook-address.ts';

const jobSchema = z.object({ workspaceId: z.uuid(), endpointId: z.uuid() });

/** What came of looking at an endpoint; whoever keeps streams is told when delivery changed. */
export type Reconciled = 'skipped' | 'as_it_was' | 'registered' | 'removed' | 'failed';

export interface ReconcileDeps extends EndpointDeps {
  /** How changes of this scope arrive from now on; null scope: of the whole connection. */
  onDelivery(
    at: { workspaceId: string; connectionId: string; scopeKey: string | null },
    delivery: { delivery: 'webhook' } | { delivery: 'poll'; reason: string },
  ): Promise<void>;
}

/**
 * Brings one endpoint to what is wanted: registers what is missing, has ended or was changed at the
 * service, takes back what nobody wants, and removes what stands there under an address of ours that
 * belongs to no endpoint. The handler of the webhook queue.
 */
export async function reconcileEndpoint(
  deps: ReconcileDeps,
  payload: JsonObject,
  signal: AbortSignal,
): Promise<Reconciled> {
  const at = jobSchema.parse(payload);
  const row = await takeEndpoint(deps.db, at);
  if (!row) return 'skipped';
  const want = await readWant(deps.db, at);
  const place = { workspaceId: row.workspaceId, connectionId: row.connectionId };
  try {
    if (want === 'no') {
      await removeHeld(deps, row, signal);
      return 'removed';
    }
    if (want === 'keep') return await leaveAsItIs(deps, row, false);
    const access = await deps.connect(place, { signal: heldSignal(signal), isEnding: false });
    if (access.registration === null) return await leaveAsItIs(deps, row, false);
    return await bringAbout({ deps, access, row }, deps);
  } catch (error) {
    if (!isHubError(error)) throw error;
    return settleFault(deps, row, error);
  }
}

async function bringAbout(held: HeldEndpoint, deps: ReconcileDeps): Promise<Reconciled> {
  const { access, row } = held;
  const base = baseOf(deps, access);
  const url = 'unavailable' in base ? null : endpointUrl(base.baseUrl, row.connector, row.id);
  const act = planEndpoint(factsOf(row), 'yes', { url, nowMs: deps.clock.now() });
  switch (act) {
    case 'nothing': {
      const detail = 'unavailable' in base ? base.unavailable : 'It is not wanted.';
      const retryInMs = retryEndpointMs(row.attempts, true, deps.clock.random());
      await settleFailed(deps.db, row, { detail, retryInMs, isUnreachable: true });
      await deps.onDelivery(placeOf(row), { delivery: 'poll', reason: detail });
      return 'as_it_was';
    }
    case 'remove':
      await removeHeld(deps, row, access.ctx.signal);
      // It was wanted, so its streams go on without it.
      if ('unavailable' in base) {
        await deps.onDelivery(placeOf(row), { delivery: 'poll', reason: base.unavailable });
      }
      return 'removed';
    case 'register':
      return register(held, deps, url ?? '', row.status === 'active' ? 'renewed' : 'registered');
    case 'verify':
      return verify(held, deps, { url: url ?? '', baseUrl: 'baseUrl' in base ? base.baseUrl : '' });
  }
}

async function verify(
  held: HeldEndpoint,
  deps: ReconcileDeps,
  ours: { url: string; baseUrl: string },
): Promise<Reconciled> {
  const { access, row } = held;
  if (!access.api.listWebhooks) return register(held, deps, ours.url, null);
  const hooks = await access.api.listWebhooks(access.ctx, row.scope);
  const named = hooks.map((hook) => ({ hook, id: endpointIdOf(hook.url, { ...ours, ...row }) }));
  const known = await selectKnown(
    deps.db,
    named.flatMap(({ id }) => id ?? []),
  );
  for (const { hook, id } of named) {
    if (id === null || known.has(id)) continue;
    await access.api.removeWebhook?.(access.ctx, row.scope, hook.remoteId);
    await note(deps, row, 'webhooks.orphan_removed', 'A webhook of ours without use was removed.');
  }
  const mine = hooks.find(({ url }) => url === ours.url);
  if (mine?.isHealthy) return leaveAsItIs(deps, row, true);
  return register(held, deps, ours.url, mine ? 'repaired' : 'missing');
}

const sentences = {
  registered: 'The webhook was registered.',
  renewed: 'The webhook was registered anew, before its end or for its new address.',
  repaired: 'The webhook had been changed at the service and was set right.',
  missing: 'The webhook was gone at the service and was registered again.',
} as const;

async function register(
  held: HeldEndpoint,
  deps: ReconcileDeps,
  url: string,
  why: keyof typeof sentences | null,
): Promise<Reconciled> {
  await registerHeld(held, url);
  if (why !== null) await note(deps, held.row, `webhooks.${why}`, sentences[why]);
  await deps.onDelivery(placeOf(held.row), { delivery: 'webhook' });
  return 'registered';
}

async function settleFault(
  deps: ReconcileDeps,
  row: EndpointRow,
  error: HubError,
): Promise<Reconciled> {
  const isFinal = error.retry === 'never';
  const retryInMs = Math.max(
    retryEndpointMs(row.attempts, isFinal, deps.clock.random()),
    error.afterMs ?? 0,
  );
  const status = await settleFailed(deps.db, row, { detail: error.message, retryInMs });
  if (status === 'failed') {
    await deps.onDelivery(placeOf(row), { delivery: 'poll', reason: error.message });
  }
  return 'failed';
}

async function leaveAsItIs(
  deps: EndpointDeps,
  row: EndpointRow,
  isVerified: boolean,
): Promise<Reconciled> {
  const checkInMs = nextCheckMs(factsOf(row), deps.clock.now(), deps.clock.random());
  await settleChecked(deps.db, row, { isVerified, checkInMs });
  return 'as_it_was';
}

/** The streams an endpoint serves: those of its scope, or all of its connection. */
const placeOf = ({ workspaceId, connectionId, scopeKey }: EndpointRow) => ({
  workspaceId,
  connectionId,
  scopeKey: scopeKey === wholeConnection ? null : scopeKey,
});

const toMs = (at: string | null): number | null => (at === null ? null : Date.parse(at));

const factsOf = (row: EndpointRow): EndpointFacts => ({
  status: row.status,
  isAttempted: row.isAttempted,
  url: row.url,
  renewAtMs: toMs(row.renewAt),
  lastReceivedAtMs: toMs(row.lastReceivedAt),
});

const note = (deps: EndpointDeps, row: EndpointRow, code: string, message: string): Promise<void> =>
  logConnection(deps.db, {
    workspaceId: row.workspaceId,
    connectionId: row.connectionId,
    level: 'info',
    code,
    message: `${message} (${row.scopeKey})`,
  });
