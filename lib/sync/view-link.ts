import type { Json, JsonObject } from '#lib/core/index';
import { defaultsOf, fieldRule, fieldsEqual, type Kind, referencesOf } from '#lib/kinds/index';
import {
  fullName,
  isMappingReason,
  type Lens,
  lensOf,
  namedBy,
  plainLens,
  type References,
  readRules,
} from './lens/index.ts';
import { dirtyFields } from './merge/index.ts';

/** The rules of a link's stream, as statements bring them along. */
export interface RulesRow {
  rules: Json;
  rules_version: number | null;
  /** {field: version} */
  since: JsonObject | null;
  /** The version of the rules by which the link was last looked at. */
  lens_version: number;
}

/** A link as everything inside sees it: in the record's terms, with the service's beside it. */
export interface LinkView {
  lens: Lens;
  /** How it names other records, where that is not how the record does. */
  references: References | null;
  /** The last state observed there, in the record's terms. */
  base: JsonObject | null;
  /** The same in the service's terms: this is what is stored. */
  there: JsonObject | null;
  /** See MergeInput. */
  ours: JsonObject;
  /** Fields whose last state there the record cannot have. */
  strangers: string[];
  /** Fields the rules read another way than when the link was last looked at. */
  remapped: string[];
  /** Fields any change of the rules has moved so far. */
  moved: string[];
  rules_version: number;
}

interface Sight {
  references?: References | null;
  /** The lens of the row's rules, if it is at hand. */
  plain?: Lens;
}

export interface ViewedRow extends RulesRow {
  base: JsonObject | null;
  ours: JsonObject;
  data: JsonObject;
}

export function viewLink(
  kind: Kind,
  row: ViewedRow,
  { references = null, plain = lensOfRow(kind, row) }: Sight = {},
): LinkView {
  const { base: there, lens_version: seen } = row;
  const lens = references ? plain.naming(kind, references) : plain;
  const since = Object.entries(row.since ?? {});
  const remapped = since.filter(([field, at]) => Number(at) > seen && lens.observes(field));
  const view = {
    lens,
    references,
    there,
    remapped: remapped.map(([field]) => field),
    moved: since.map(([field]) => field),
    rules_version: row.rules_version ?? 0,
  };
  if (lens.isPlain || there === null) {
    return { ...view, base: there, ours: row.ours, strangers: [] };
  }
  const { fields, unread } = lens.observe(there);
  const strangers = Object.keys(unread);
  return { ...view, base: fields, ours: oursOf(kind, row, { lens, fields, strangers }), strangers };
}

export const lensOfRow = (kind: Kind, { rules }: Pick<RulesRow, 'rules'>): Lens =>
  rules === null ? plainLens : lensOf(kind, readRules(rules));

/**
 * The hub's own form of what is there. A value that would make the service have just what it has
 * stands for it: two values here may be one there, and neither is a change of the other. A value the
 * record cannot have stands beside the one it has.
 */
function oursOf(
  kind: Kind,
  { data, ours, base }: ViewedRow,
  seen: { lens: Lens; fields: JsonObject; strangers: string[] },
): JsonObject {
  const all: JsonObject = { ...ours };
  for (const field of seen.lens.reshaped) {
    const here = data[field];
    if (here === undefined || !Object.hasOwn(seen.fields, field)) continue;
    const { comparator } = fieldRule(kind, field);
    if (fieldsEqual(comparator, here, seen.fields[field])) continue;
    if (seen.lens.standsFor(field, here, base ?? {})) all[field] = here;
  }
  for (const field of seen.strangers) {
    if (!Object.hasOwn(all, field)) all[field] = data[field] ?? null;
  }
  return all;
}

/** Derived: what the record has and the service, as far as it was seen, has not. */
export function owedFields(
  kind: Kind,
  link: Pick<LinkView, 'lens' | 'base' | 'ours'> & { data: JsonObject; held: readonly string[] },
  writable: readonly string[],
): string[] {
  const { lens, data, base, ours, held } = link;
  const dirty = dirtyFields({ kind, data, base, ours, held, writable: lens.writable(writable) });
  return dirty.filter((field) => lens.says(field, data[field] ?? null));
}

/**
 * The full name of the record that the link would name, and cannot: it has no name there yet. Null when
 * everything that names one is said, or is not to be sent.
 */
export function unsaidName(
  kind: Kind,
  link: Pick<LinkView, 'lens' | 'base' | 'ours' | 'references'> & {
    data: JsonObject;
    held: readonly string[];
  },
  writable: readonly string[],
): string | null {
  const { lens, references, data, base, ours, held } = link;
  if (!references) return null;
  const dirty = dirtyFields({ kind, data, base, ours, held, writable: lens.writable(writable) });
  for (const field of referencesOf(kind)) {
    const isUnsaid = dirty.includes(field) && !lens.says(field, data[field] ?? null);
    const named = isUnsaid ? namedBy(data[field], references.home) : null;
    if (named) return fullName(named.connectionId, named.name);
  }
  return null;
}

/**
 * Why fields of an object cannot be held, by the record's fields: what the service handed over, and
 * what the mapping makes of it.
 */
export function unreadOf(
  lens: Lens,
  unreadable: Readonly<Record<string, string>>,
  unread: Readonly<Record<string, string>>,
): Record<string, string> {
  const named = Object.entries(unreadable).flatMap(([sideField, reason]) =>
    lens.fieldsAt(sideField).map((field) => [field, reason] as const),
  );
  return { ...Object.fromEntries(named), ...unread };
}

/** Reasons that hold on under another mapping. */
export const lastingReasons = (unreadable: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(unreadable).filter(([, reason]) => !isMappingReason(reason)));

/** The value both sides last agreed on, of a field that stands there with one no record can have. */
export const agreedOn = (kind: Kind, view: Pick<LinkView, 'base' | 'ours'>, field: string): Json =>
  view.ours[field] ?? view.base?.[field] ?? defaultsOf(kind)[field] ?? null;
