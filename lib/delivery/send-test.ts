import { HubError, newId } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { writeAudit } from '#lib/identity/index';
import { getDelivery } from './act-on-deliveries.ts';
import { makeDue } from './act-store.ts';
import type { DeliveryDetail } from './delivery-shape.ts';
import { insertTestDelivery } from './health-store.ts';
import { getSubscription } from './manage-subscriptions.ts';

/** A delivery that stands for no change, sent like any other and marked as a test. */
export async function sendTestDelivery(
  tx: Tx,
  at: { subscriptionId: string; userId: string },
): Promise<DeliveryDetail> {
  const subscription = await getSubscription(tx, at.subscriptionId);
  const of = { workspaceId: subscription.workspace_id, subscriptionId: at.subscriptionId };
  if (subscription.kind === 'analytics') {
    throw new HubError('resource.conflict', 'Nothing is sent for counting.');
  }
  if (subscription.status !== 'active') {
    throw new HubError('resource.conflict', 'It is not active, so nothing would go out.');
  }
  const id = newId();
  await insertTestDelivery(tx, of, id);
  await makeDue(tx, of);
  await wake(tx, 'deliveries');
  await writeAudit(tx, {
    workspaceId: of.workspaceId,
    actorId: at.userId,
    action: 'subscriptions.tested',
    subject: at.subscriptionId,
    details: { delivery_id: id },
  });
  return getDelivery(tx, id);
}
