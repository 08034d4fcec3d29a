import { type Db, transaction } from '#lib/db/index';
import { deliveryLimits } from './limits.ts';
import type { Destination, OwedDelivery } from './sender.ts';
import {
  countInFlight,
  type HeldDelivery,
  lapseLeases,
  lockServable,
  noteServed,
  releaseKeys,
  type ServableRow,
  type SubscriptionRow,
  type TakenRow,
  takeDue,
} from './take-store.ts';

export interface Taken {
  held: HeldDelivery;
  recordId: string;
  createdAt: string;
  /** Null when the log does not hold the change any more. */
  delivery: OwedDelivery | null;
  attemptLog: TakenRow['attempt_log'];
  attempts: number;
}

export interface Turn {
  destination: Destination;
  taken: Taken[];
}

/** What one subscription may send now, at most `room`: counted, leased and due to nobody else. */
export function takeTurn(db: Db, row: ServableRow, room: number): Promise<Turn | null> {
  return transaction(db, async (tx) => {
    const subscription = await lockServable(tx, { workspaceId: row.workspace_id, id: row.id });
    if (!subscription) return null;
    await releaseKeys(tx, row.id, await lapseLeases(tx, row.id));
    const mayFly = mayBeInFlight(subscription) - (await countInFlight(tx, row.id));
    const wanted = Math.min(
      mayFly,
      Math.floor(subscription.tokens),
      deliveryLimits.takeAtOnce,
      room,
    );
    const rows = wanted > 0 ? await takeDue(tx, row.id, wanted) : [];
    await noteServed(tx, subscription, {
      tokens: subscription.tokens - rows.length,
      isFull: mayFly - rows.length <= 0,
    });
    return {
      destination: toDestination(subscription),
      taken: rows.map((taken) => toTaken(subscription, taken)),
    };
  });
}

const mayBeInFlight = (row: SubscriptionRow): number =>
  row.failing_since === null
    ? row.max_in_flight
    : Math.min(row.max_in_flight, deliveryLimits.failingInFlight);

const toDestination = (row: SubscriptionRow): Destination => ({
  id: row.id,
  workspaceId: row.workspace_id,
  kind: row.kind,
  name: row.name,
  config: row.config,
  secret: row.secret,
  previousSecret: row.previous_secret,
  failingSince: row.failing_since,
});

function toTaken(of: SubscriptionRow, row: TakenRow): Taken {
  const diff = row.position === 0 ? {} : row.diff;
  return {
    held: { workspaceId: of.workspace_id, subscriptionId: of.id, id: row.id, epoch: row.epoch },
    recordId: row.record_id,
    createdAt: row.created_at,
    attemptLog: row.attempt_log,
    attempts: row.attempts,
    delivery: diff && {
      id: row.id,
      workspaceId: of.workspace_id,
      subscriptionId: of.id,
      replayId: row.replay_id,
      position: row.position,
      recordId: row.record_id,
      kind: row.kind,
      op: row.op,
      version: row.version,
      origin: row.origin,
      connectionId: row.connection_id,
      fields: row.fields,
      title: row.title,
      changedAt: row.changed_at,
      diff,
      url: row.url,
      attempt: row.attempts,
      createdAt: row.created_at,
    },
  };
}
