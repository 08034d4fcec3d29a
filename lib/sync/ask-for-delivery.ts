import type { JsonObject } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { deliveryDetail } from './delivery-detail.ts';
import { saveDelivery } from './delivery-store.ts';
import { syncLimits } from './limits.ts';
import type { PreparedStream, SyncDeps } from './sync-deps.ts';

export interface DeliveredStream {
  workspaceId: string;
  connectionId: string;
  streamId: string;
  resource: string;
  scope: JsonObject;
  scopeKey: string;
}

export interface ArrangedDelivery {
  delivery: PreparedStream['delivery'];
  /** For people: why the stream is polled; null with webhooks. */
  detail: string | null;
  /** Writes it down, in the transaction of whoever asked. */
  save(tx: Tx): Promise<void>;
}

/**
 * Has the service asked to deliver a stream's changes, before anything is read, so that none falls in
 * between. A service with a fault means polling for now, and being asked again.
 */
export async function askForDelivery(
  deps: SyncDeps,
  stream: DeliveredStream,
  signal: AbortSignal,
): Promise<ArrangedDelivery> {
  const prepared = await deps.prepareStream({ ...stream, signal });
  const { delivery } = prepared;
  const detail = deliveryDetail(prepared, deps.pollMs);
  const mayChange = prepared.delivery === 'poll' && !prepared.isFinal;
  const againAfterMs = mayChange ? syncLimits.deliveryRetryMs : null;
  return {
    delivery,
    detail,
    save: (tx) => saveDelivery(tx, stream, { delivery, detail, againAfterMs }),
  };
}
