import type { WebhookDescriptor } from '#lib/connectors/protocol/index';
import type { Json, JsonObject } from '#lib/core/index';
import { atPath } from './at-path.ts';
import { identifierAt } from './judge-head.ts';

/** Items of one payload; services that gather send a thousand at most. */
export const maxItems = 5_000;

/** One event of a payload that holds many. */
export interface WebhookItem {
  /** Its own id; null where it has none and goes by its place. */
  subId: string | null;
  /** Null where the payload's own event counts. */
  event: string | null;
  payload: JsonObject;
}

/**
 * The events of a payload, in their order. Null: the payload is one event itself, or holds no list
 * where there should be one, and is kept whole; so is one that is longer than any.
 */
export function readItems(
  { items }: Pick<WebhookDescriptor, 'items'>,
  payload: Json,
): WebhookItem[] | null {
  if (items === null) return null;
  const list = atPath(payload, items.path);
  if (!Array.isArray(list) || list.length > maxItems) return null;
  if (!list.every(isObject)) return null;
  return list.map((item) => ({
    subId: items.id === null ? null : identifierAt(item, items.id.paths, items.id.isJoined),
    event:
      items.event === null ? null : identifierAt(item, items.event.paths, items.event.isJoined),
    payload: item,
  }));
}

const isObject = (value: Json): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
