import { isDeepStrictEqual } from 'node:util';
import type { Call } from './call.ts';
import { deliverEvent } from './deliver-event.ts';
import { latestVersion, newId, nowSeconds, type Shape } from './world.ts';

/**
 * Something happened: one event, kept for the list and sent to every endpoint that wants its type.
 * https://docs.stripe.com/api/events/object
 */
export function emitEvent(call: Call, type: string, object: Shape, before?: Shape): void {
  const { world } = call;
  const id = newId('evt');
  const wanting = world.tables.endpoints
    .all()
    .filter(({ object: endpoint }) => wants(endpoint, type));
  const event: Shape = {
    id,
    object: 'event',
    api_version: latestVersion,
    created: nowSeconds(world),
    data: {
      object: structuredClone(object),
      ...(before ? { previous_attributes: changedFrom(before, object) } : {}),
    },
    livemode: false,
    pending_webhooks: wanting.length,
    request: { id: call.requestId, idempotency_key: call.idempotencyKey },
    type,
  };
  world.tables.events.insert({ key: id, object: event });
  for (const endpoint of wanting) deliverEvent(world, endpoint, id);
}

function wants(endpoint: Shape, type: string): boolean {
  const enabled = endpoint['enabled_events'];
  const isOn = endpoint['status'] === 'enabled' && Array.isArray(enabled);
  return isOn && (enabled.includes('*') || enabled.includes(type));
}

/** What the changed keys held before. */
function changedFrom(before: Shape, after: Shape): Shape {
  return Object.fromEntries(
    Object.entries(before).filter(([key, value]) => !isDeepStrictEqual(value, after[key])),
  );
}
