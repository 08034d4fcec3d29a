import { randomBytes } from 'node:crypto';
import { HubError } from '#lib/core/index';
import { type Tx, transaction } from '#lib/db/index';
import { sealTo } from '#lib/security/index';
import type { HeldEndpoint } from './endpoint-deps.ts';
import { nextCheckMs, renewAfterMs } from './endpoint-plan.ts';
import { markAttempted, putSecret, settleActive } from './endpoint-store.ts';

const secretField = 'webhook_secret';
/** Bytes of chance in a webhook secret; the service gets them in hex. */
const secretBytes = 32;

const takenOver = (): HubError =>
  new HubError('resource.conflict', 'Somebody else has this webhook in hand.', { retry: 'later' });

/**
 * Registers, or registers anew, an endpoint the caller holds: what is about to be done, then the
 * call, then what came of it. A crash in between is repaired by doing it again, because a connector
 * adopts what stands at the address already.
 */
export async function registerHeld(held: HeldEndpoint, url: string): Promise<void> {
  const { deps, access, row } = held;
  const secret = randomBytes(secretBytes).toString('hex');
  const isStanding = row.remoteId !== null;
  await transaction(deps.db, async (tx) => {
    if (!(await markAttempted(tx, row))) throw takenOver();
    await keepSecret(tx, held, secret, isStanding && row.status !== 'active');
  });
  const made = await access.api.registerWebhook?.(access.ctx, row.scope, { url, secret });
  if (!made) throw new HubError('provider.refused', 'The service takes no registration from us.');
  // The old one goes while the row still names it: after a crash it is found there once more.
  if (row.remoteId !== null && row.remoteId !== made.remoteId) {
    await access.api.removeWebhook?.(access.ctx, row.scope, row.remoteId);
  }
  const lifetimeMs = access.registration?.lifetimeMs;
  const renewInMs = lifetimeMs === undefined ? null : renewAfterMs(lifetimeMs);
  const nowMs = deps.clock.now();
  const checkInMs = nextCheckMs(
    { renewAtMs: renewInMs === null ? null : nowMs + renewInMs, lastReceivedAtMs: nowMs },
    nowMs,
    deps.clock.random(),
  );
  const isOurs = await transaction(deps.db, async (tx) => {
    if (made.secret !== undefined) await keepSecret(tx, held, made.secret, isStanding);
    return settleActive(tx, row, { url, remoteId: made.remoteId, renewInMs, checkInMs });
  });
  if (!isOurs) throw takenOver();
}

function keepSecret(
  tx: Tx,
  { deps, row }: HeldEndpoint,
  secret: string,
  keepsFormer: boolean,
): Promise<void> {
  const context = { workspaceId: row.workspaceId, ownerId: row.id, field: secretField };
  return putSecret(tx, {
    workspaceId: row.workspaceId,
    endpointId: row.id,
    ...sealTo(deps.sealKey, secret, context),
    keepsFormer,
  });
}
