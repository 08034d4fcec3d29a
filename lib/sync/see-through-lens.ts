import type { JsonObject } from '#lib/core/index';
import { fieldRule, fieldsEqual } from '#lib/kinds/index';
import { comparableTimes } from './compare-times.ts';
import type { JudgedObject } from './judge-object.ts';
import type { InFlight, MergeInput } from './merge/index.ts';
import type { Circumstances, Intent, KnownLink } from './planned-writes.ts';

/** What the lens has the merge know: whose word goes, and what is one thing in two forms. */
export function seenThrough(known: KnownLink, object: JudgedObject): Partial<MergeInput> {
  const { lens, data } = known;
  if (lens.isPlain) return {};
  return {
    policies: lens.policies,
    enforced: lens.enforced,
    reshaped: lens.reshaped,
    standing: lens.reshaped.filter((field) =>
      lens.standsFor(field, data[field] ?? null, object.fields),
    ),
    strangers: known.strangers,
    ...comparableTimes(known.times, object.updatedAt),
  };
}

/** Of a call made under other rules nothing can be said of the fields those have moved. */
export function inFlightOf(known: KnownLink, open: Intent, given: Circumstances): InFlight {
  const patch = open.is_remapped ? without(open.patch, known.moved) : open.patch;
  return {
    patch,
    readBack: known.lens.readBack(patch, known.there ?? {}),
    base: open.base,
    isAnswer: open.id === given.answersIntent,
  };
}

const without = (fields: JsonObject, left: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => !left.includes(field)));

/** An edit is echoed when its fields come back as sent, or in the form the service gave them. */
export function echoedBy(
  known: KnownLink,
  intents: readonly Intent[],
  object: JudgedObject,
  given: Circumstances,
): string[] {
  if (!given.isEcho) return [];
  if (intents.length === 0) return [];
  const { fields } = known.lens.observe(object.fields);
  return intents
    .filter((intent) => {
      const back = known.lens.readBack(intent.patch, known.there ?? {});
      return Object.entries(intent.patch).every(([field, sent]) => {
        if (!Object.hasOwn(fields, field)) return false;
        const { comparator } = fieldRule(given.kind, field);
        const seen = fields[field];
        return (
          fieldsEqual(comparator, seen, sent) ||
          fieldsEqual(comparator, seen, back[field]) ||
          (intent.outcome === 'accepted' && fieldsEqual(comparator, seen, known.base?.[field]))
        );
      });
    })
    .map((intent) => intent.id);
}
