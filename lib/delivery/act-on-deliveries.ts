import { HubError, isUuid, limits } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { writeAudit } from '#lib/identity/index';
import { countToReopen, makeDue, pass, reopen, selectToReopen } from './act-store.ts';
import type { Delivery, DeliveryDetail, DeliveryFilter, RedriveMany } from './delivery-shape.ts';
import { deliveryLimits } from './limits.ts';
import { selectDeliveries, selectDelivery } from './list-store.ts';
import { getSubscription } from './manage-subscriptions.ts';
import { lockSubscription, releaseKeys } from './take-store.ts';

type Stored = DeliveryDetail & { workspace_id: string };

/** A page of a workspace's deliveries, the newest first. The cursor is the last id. */
export async function listDeliveries(
  tx: Tx,
  at: { workspaceId: string; filter: DeliveryFilter; cursor: string | undefined; limit: number },
): Promise<{ data: Delivery[]; next_cursor: string | null }> {
  const most = Math.min(at.limit, limits.pageRows);
  const before = at.cursor === undefined ? null : readCursor(at.cursor);
  const page = { filter: at.filter, before, rows: most + 1 };
  const rows = await selectDeliveries(tx, at.workspaceId, page);
  const data = rows.slice(0, most);
  const last = data.at(-1);
  const next = rows.length > most && last ? Buffer.from(last.id).toString('base64url') : null;
  return { data, next_cursor: next };
}

function readCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (isUuid(id)) return id;
  throw new HubError('request.invalid', 'The cursor does not belong to this list.', {
    details: { errors: [{ field: 'cursor', reason: 'does not belong to this list' }] },
  });
}

export async function getDelivery(tx: Tx, id: string): Promise<Stored> {
  const row = await selectDelivery(tx, id);
  if (!row) throw new HubError('resource.not_found');
  return row;
}

/** What is over, or waits for another try, is sent again under the same id, as if for the first time. */
export async function redriveDelivery(
  tx: Tx,
  at: { id: string; userId: string },
): Promise<DeliveryDetail> {
  const row = await getDelivery(tx, at.id);
  const of = { workspaceId: row.workspace_id, subscriptionId: row.subscription_id };
  if ((await reopenAll(tx, of, [row.id])) === 0) {
    throw new HubError(
      'resource.conflict',
      'This delivery is on its way, or has not had its turn yet.',
    );
  }
  await note(tx, { ...of, userId: at.userId }, 'redriven', { delivery_id: row.id, count: 1 });
  return getDelivery(tx, at.id);
}

/** At most so many at once; `left` tells whether to ask again. */
export async function redriveDeliveries(
  tx: Tx,
  at: { workspaceId: string; userId: string; want: RedriveMany },
): Promise<{ redriven: number; left: number }> {
  const { workspaceId, want } = at;
  const most = deliveryLimits.actedAtOnce;
  const of = { workspaceId, subscriptionId: want.subscription_id };
  const { workspace_id: home } = await getSubscription(tx, of.subscriptionId);
  if (home !== workspaceId) throw new HubError('resource.not_found');
  await hold(tx, of);
  const found = await countToReopen(tx, workspaceId, want, deliveryLimits.owed);
  if (want.preview || found === 0) return { redriven: 0, left: found };
  const ids = await selectToReopen(tx, workspaceId, want, most);
  const redriven = await reopenAll(tx, of, ids);
  await note(tx, { ...of, userId: at.userId }, 'redriven', { count: redriven });
  return { redriven, left: found - redriven };
}

/** The subscription's row is held, so that nobody lets the same record's next one go meanwhile. */
async function reopenAll(
  tx: Tx,
  of: { workspaceId: string; subscriptionId: string },
  ids: readonly string[],
): Promise<number> {
  await hold(tx, of);
  const reopened = await reopen(tx, of, ids);
  if (reopened.length > 0) await letGo(tx, of, reopened);
  return reopened.length;
}

/** Passed over: it will not be sent, and the record's next one goes. */
export async function skipDelivery(
  tx: Tx,
  at: { id: string; userId: string },
): Promise<DeliveryDetail> {
  const row = await getDelivery(tx, at.id);
  const of = { workspaceId: row.workspace_id, subscriptionId: row.subscription_id };
  await hold(tx, of);
  const passed = await pass(tx, { workspaceId: of.workspaceId, id: row.id }, 'skipped');
  if (passed.length === 0) {
    throw new HubError('resource.conflict', 'This delivery is on its way or over.');
  }
  await letGo(tx, of, passed);
  await note(tx, { ...of, userId: at.userId }, 'skipped', { delivery_id: row.id });
  return getDelivery(tx, at.id);
}

/** Whoever may not change the subscription cannot hold its row: the database says no. */
export async function hold(
  tx: Tx,
  of: { workspaceId: string; subscriptionId: string },
): Promise<void> {
  const isHeld = await lockSubscription(tx, { workspaceId: of.workspaceId, id: of.subscriptionId });
  if (!isHeld) throw new HubError('identity.forbidden');
}

/** After some of these records' deliveries came or went: the first of each may go. */
export async function letGo(
  tx: Tx,
  of: { workspaceId: string; subscriptionId: string },
  acted: readonly { record_id: string }[],
): Promise<void> {
  const records = [...new Set(acted.map((row) => row.record_id))];
  await releaseKeys(tx, of.subscriptionId, records);
  await makeDue(tx, of);
  await wake(tx, 'deliveries');
}

const note = (
  tx: Tx,
  of: { workspaceId: string; subscriptionId: string; userId: string },
  what: string,
  details: Record<string, string | number>,
): Promise<void> =>
  writeAudit(tx, {
    workspaceId: of.workspaceId,
    actorId: of.userId,
    action: `deliveries.${what}`,
    subject: of.subscriptionId,
    details,
  });
