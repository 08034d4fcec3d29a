import type { JsonObject } from '#lib/core/index';
import { defaultsOf, fieldRule, fieldsEqual, type Kind } from '#lib/kinds/index';

/**
 * The fields the service still has to be told, in the order of the record.
 *
 * A field the service never showed counts as standing at its default there; without that, the
 * defaults a new record is filled with would be sent to a service that has its own idea of them.
 */
export function dirtyFields(input: {
  kind: Kind;
  data: JsonObject;
  /** Null when nothing was ever observed there. */
  base: JsonObject | null;
  /** The hub's own form of what is in `base`, where the two differ: see MergeInput. */
  ours?: JsonObject;
  held: readonly string[];
  /** The fields the connector can write; null asks for all. */
  writable: readonly string[] | null;
}): string[] {
  const base = { ...defaultsOf(input.kind), ...input.base, ...input.ours };
  return Object.keys(input.data).filter(
    (field) =>
      (input.writable === null || input.writable.includes(field)) &&
      !input.held.includes(field) &&
      !fieldsEqual(fieldRule(input.kind, field).comparator, input.data[field], base[field]),
  );
}
