import { createHash } from 'node:crypto';
import type { WebhookDescriptor } from '#lib/connectors/protocol/index';
import { type Json, type JsonObject, limits } from '#lib/core/index';
import type { BodyShape } from './judge-body.ts';
import { readItems } from './read-items.ts';
import type { Delivery } from './store.ts';

/** A request as it is known once its signature and its contents hold. */
export interface KnownDelivery {
  deliveryId: string;
  event: string;
  bodyHash: string;
}

/** One event of a body that is not one itself. */
export interface Part {
  deliveryId: string;
  event: string;
  dedupeKey: string;
  payload: JsonObject;
}

/** The same id with another body is another delivery. */
export const wholeKey = ({ deliveryId, bodyHash }: KnownDelivery): string =>
  `${deliveryId}:${bodyHash}`;

/**
 * The events a body holds, or null where its bytes are the event. An item is known again by its own
 * id, in whichever body it comes and whatever else has changed in it (services count their attempts
 * there); one without an id by its body and its place. A form or a text is one event, as JSON.
 */
export function splitDelivery(
  descriptor: Pick<WebhookDescriptor, 'items'>,
  shape: BodyShape,
  content: JsonObject | Json[],
  known: KnownDelivery,
): Part[] | null {
  const items = readItems(descriptor, content);
  if (items === null) {
    if (shape.as === 'json' && !Array.isArray(content)) return null;
    return [partAt(0, null, null, asObject(content), known)];
  }
  return items.map((item, place) => partAt(place, item.subId, item.event, item.payload, known));
}

export const asObject = (content: JsonObject | Json[]): JsonObject =>
  Array.isArray(content) ? { items: content } : content;

function partAt(
  place: number,
  subId: string | null,
  itemEvent: string | null,
  payload: JsonObject,
  known: KnownDelivery,
): Part {
  const event = itemEvent ?? known.event;
  return {
    deliveryId: (subId ?? `${known.deliveryId}#${place}`).slice(0, limits.deliveryIdChars),
    event,
    dedupeKey: subId === null ? `${wholeKey(known)}#${place}` : itemKey(event, subId),
    payload,
  };
}

/** Hashed, because both together are longer than a key may be. */
const itemKey = (event: string, subId: string): string =>
  `item:${createHash('sha256').update(`${event}\n${subId}`).digest('base64url')}`;

/**
 * Rows of the parts whose recipient is known; the others are nobody's here. Headers stand at the body
 * as it came, whose bytes they prove: repeated with each part they would outweigh it many times.
 */
export const deliveriesOf = (
  whole: Delivery,
  parts: readonly Part[],
  recipients: readonly (string | null)[],
  nextId: () => string,
): Delivery[] =>
  parts.flatMap(({ payload, ...part }, place) => {
    const connectionId = recipients[place] ?? null;
    if (connectionId === null) return [];
    const body = Buffer.from(JSON.stringify(payload));
    const own = { id: nextId(), connectionId, body, headers: {}, parentId: whole.id, parts: null };
    return [{ ...whole, ...part, ...own }];
  });
