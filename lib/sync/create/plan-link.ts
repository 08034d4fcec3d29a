import type { JsonObject } from '#lib/core/index';
import { fieldRule, fieldsEqual, isReference, type Kind } from '#lib/kinds/index';
import { type Lens, nextBase, type References } from '../lens/index.ts';
import { owedFields, unreadOf, unsaidName } from '../view-link.ts';
import { isUnsaid } from './join-field.ts';

export interface LinkInput {
  kind: Kind;
  data: JsonObject;
  /** Of the stream's rules. */
  lens: Lens;
  /** How it names other records there; null where the record has no other service to know them by. */
  references: References | null;
  /** What was sent, and the object as the service shows it; both in the service's terms. */
  sent: JsonObject;
  shown: JsonObject;
  /** Of what it shows, fields that cannot be held. */
  unreadable: Readonly<Record<string, string>>;
  /** Fields the service said yes to and did not take. */
  ignored: readonly string[];
  /** Fields the connector can write. */
  writable: readonly string[];
}

export interface PlannedLink {
  /** In the service's terms. */
  base: JsonObject;
  ours: JsonObject;
  unreadable: Record<string, string>;
  isOwed: boolean;
  /** It would name a record that does not live there yet. */
  hasUnsaid: boolean;
}

/**
 * What a record and an object made of it agree on. A sent field that reads differently is the
 * service's form of it; what the service chose for a field nobody has spoken of stays beside the
 * record; all else that differs is owed. Pure.
 */
export function planLink(input: LinkInput): PlannedLink {
  const { kind, data, references, sent, shown, writable } = input;
  const lens = references ? input.lens.naming(kind, references) : input.lens;
  const seen = lens.observe(shown);
  const base = nextBase(kind, null, shown);
  const ours: JsonObject = {};
  for (const field of new Set([...Object.keys(seen.fields), ...Object.keys(seen.unread)])) {
    const { comparator, editable } = fieldRule(kind, field);
    const here = data[field] ?? null;
    if (!editable || fieldsEqual(comparator, here, seen.fields[field])) continue;
    const side = lens.sideOf(field);
    const isUnread = !Object.hasOwn(seen.fields, field);
    const isForeign = isReference(kind, field) && references === null;
    if (isUnread || isForeign || lens.standsFor(field, here, shown)) {
      ours[field] = here;
    } else if (Object.hasOwn(sent, side) && !input.ignored.includes(side)) {
      const said = lens.toSide({ [field]: here }).fields[side];
      const isAsSent = fieldsEqual(fieldRule(kind, side).comparator, said, sent[side]);
      // Edited since: then what was sent is what the service's form stands for.
      ours[field] = isAsSent ? here : (lens.observe(sent).fields[field] ?? here);
    } else if (isUnsaid(kind, field, here)) {
      ours[field] = here;
    }
  }
  const view = { lens, references, data, base: lens.observe(base).fields, ours, held: [] };
  return {
    base,
    ours,
    unreadable: unreadOf(lens, input.unreadable, seen.unread),
    isOwed: owedFields(kind, view, writable).length > 0,
    hasUnsaid: unsaidName(kind, view, writable) !== null,
  };
}
