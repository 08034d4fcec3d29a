import type { JsonObject } from '#lib/core/index';
import { defaultsOf, fieldRule, fieldsEqual, type Kind } from '#lib/kinds/index';

/** An edit of a held field is the decision that was waited for: the field is sent like any other. */
export function resolveByEdit(
  held: readonly string[],
  edited: readonly string[],
): { held: string[]; resolved: string[] } {
  return {
    held: held.filter((field) => !edited.includes(field)),
    resolved: held.filter((field) => edited.includes(field)),
  };
}

/**
 * Takes back what a service refused: a refused field returns to the last state observed there, but
 * only while it still holds the value that was sent. What has been edited since was not refused.
 */
export function rollBackRefused(input: {
  kind: Kind;
  data: JsonObject;
  base: JsonObject | null;
  /** The hub's own form of what is in `base`. */
  ours?: JsonObject;
  refusedFields: readonly string[];
  sent: JsonObject;
}): { data: JsonObject; changed: string[]; kept: string[] } {
  const before = { ...defaultsOf(input.kind), ...input.base, ...input.ours };
  const data = { ...input.data };
  const changed: string[] = [];
  const kept: string[] = [];
  for (const field of input.refusedFields) {
    if (!Object.hasOwn(input.sent, field)) continue;
    const { comparator } = fieldRule(input.kind, field);
    if (!fieldsEqual(comparator, data[field], input.sent[field])) {
      kept.push(field);
      continue;
    }
    const back = before[field] ?? null;
    if (fieldsEqual(comparator, data[field], back)) continue;
    data[field] = back;
    changed.push(field);
  }
  return { data, changed, kept };
}
