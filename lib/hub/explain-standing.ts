import type { Json } from '#lib/core/index';
import { defaultsOf, fieldRule, fieldsEqual, isReference, type Kind } from '#lib/kinds/index';
import type { Lens } from '#lib/sync/lens/index';
import type { PlaceFacts, ValueFacts } from './lineage-store.ts';
import type { LineageRefs } from './schema.ts';

/** A place the record lives at. */
export interface Place extends PlaceFacts {
  /** Whether the service can be told the field, by its connector and the rules of the stream. */
  isWritable: boolean;
}

export const placeRefs = (place: Place): LineageRefs => ({
  connection_id: place.connection_id,
  stream_id: place.stream_id,
});

/**
 * gone: it has no object there any more. silent: the field does not travel, or was never shown. named:
 * another record, which each service calls by a name of its own.
 */
export type Standing =
  | 'gone'
  | 'silent'
  | 'unshown'
  | 'unread'
  | 'same'
  | 'form'
  | 'named'
  | 'beside'
  | 'other';

export const sameIn =
  (kind: Kind, field: string) =>
  (one: Json | undefined, other: Json | undefined): boolean =>
    fieldsEqual(fieldRule(kind, field).comparator, one ?? null, other ?? null);

/** What is known of the value a service has, beside the record's. Pure. */
export function standingOf(
  field: string,
  { kind, value }: ValueFacts,
  place: Place,
  lens: Lens,
): Standing {
  const { base, ours } = place;
  const same = sameIn(kind, field);
  if (place.state === 'tombstone') return 'gone';
  if (Object.hasOwn(place.unreadable, field)) return 'unread';
  if (lens.directionOf(field) === 'none' || base === null) return 'silent';
  if (!Object.hasOwn(base, lens.sideOf(field))) {
    return same(value, defaultsOf(kind)[field]) ? 'silent' : 'unshown';
  }
  // The same word may be another record there.
  const isNamed = isReference(kind, field) && !same(value, null);
  if (isNamed) return 'named';
  const seen = lens.observe(base).fields;
  const isSame = Object.hasOwn(seen, field) && same(seen[field], value);
  if (isSame || lens.standsFor(field, value, base)) {
    return lens.reshaped.includes(field) ? 'form' : 'same';
  }
  const isBeside = Object.hasOwn(ours, field) && same(ours[field], value);
  return isBeside && !isRefused(field, place) ? 'beside' : 'other';
}

/** The last edit of it was not taken there. An older refusal names no fields. */
export const isRefused = (field: string, { state, error }: Place): boolean =>
  state === 'refused' && (error?.fields?.includes(field) ?? true);
