import { type Json, type JsonObject, newId } from '#lib/core/index';
import { defaultsOf, fieldRule, fieldsEqual } from '#lib/kinds/index';
import { linkAsIs } from './keep-link.ts';
import type { Lens } from './lens/index.ts';
import { mergeRecord } from './merge/index.ts';
import { diffOf } from './plan-observation.ts';
import type { Circumstances, KnownLink, PlannedObject } from './planned-writes.ts';
import { lastingReasons, owedFields } from './view-link.ts';

/** Whether a link was last looked at by rules under which a field stood elsewhere. What is gone waits. */
export const isBehind = (known: KnownLink): boolean =>
  known.remapped.length > 0 && known.state !== 'tombstone' && known.deleted_at === null;

/**
 * What new rules mean for a link that is there already. By the rules of before it is known what of the
 * record was read from there, which is now read anew, and what was changed here, which is still owed. A
 * field that did not travel, or stood at another place, has nothing both sides ever agreed on: a side
 * that has no value takes the other's, equal values are that, and otherwise the field's policy decides,
 * with the loser kept, or a person is asked. It is judged by the last state observed; nothing is asked
 * of the service, and the base stays as it is. Pure.
 */
export function planRemap(
  known: KnownLink,
  given: Circumstances,
  { now, before }: { now: string; before: Lens | null },
): PlannedObject {
  const { kind } = given;
  const { lens, remapped } = known;
  const seen = lens.observe(known.there ?? {});
  const sides = sortFields(known, given, seen.fields, before);
  const merged = mergeRecord({
    kind,
    local: omit(known.data, sides.unsaid),
    base: { ...known.base, ...sides.united },
    ours: omit(known.ours, remapped),
    remote: pick(seen.fields, sides.met),
    held: known.held.filter((field) => !remapped.includes(field)),
    inFlight: null,
    policies: { ...lens.policies, ...asSets(sides.united) },
    enforced: lens.enforced,
    reshaped: lens.reshaped,
    standing: sides.met.filter((field) =>
      lens.standsFor(field, known.data[field] ?? null, known.there ?? {}),
    ),
    strangers: remapped.filter((field) => !Object.hasOwn(sides.united, field)),
  });
  const { data, held } = merged;
  const ours = { ...merged.ours, ...sides.beside };
  const owed = owedFields(kind, { lens, data, base: known.base, ours, held }, given.writable);
  const changed = merged.changed.filter(
    (field) => !fieldsEqual(fieldRule(kind, field).comparator, known.data[field], data[field]),
  );
  const isChanged = changed.length > 0;
  const link = linkAsIs({ ...known, data, ours, held }, given);
  return {
    verdict: isChanged ? 'changed' : 'unchanged',
    record: isChanged
      ? {
          id: known.record_id,
          version: known.version + 1,
          data,
          updated_at: now,
          remote_at: null,
          op: 'update',
          fields: changed,
          diff: diffOf(known.data, data, changed),
        }
      : null,
    link: {
      ...link,
      state: stateOf(known, held, owed),
      unreadable: { ...lastingReasons(known.unreadable), ...seen.unread },
    },
    conflicts: merged.conflicts.map((conflict) => ({
      id: newId(),
      record_id: known.record_id,
      link_id: known.link_id,
      remote_at: null,
      ...conflict,
    })),
    settled: known.held
      .filter((field) => !held.includes(field))
      .map((field) => ({ link_id: known.link_id, field, value: data[field] ?? null })),
    echoedIntents: [],
    tellsOthers: isChanged && known.has_other_living,
  };
}

const asSets = (fields: JsonObject): Record<string, 'set'> =>
  Object.fromEntries(Object.keys(fields).map((field) => [field, 'set' as const]));

function stateOf(known: KnownLink, held: string[], owed: string[]): KnownLink['state'] {
  if (['pushing', 'unknown', 'inaccessible'].includes(known.state)) return known.state;
  if (held.length > 0) return 'conflict';
  if (owed.length > 0) return 'dirty';
  return known.state === 'refused' ? 'refused' : 'synced';
}

/**
 * `met`: the two sides are compared; `unsaid`: of these, those nobody gave or changed here. `beside`:
 * what the record had when the service had what it has, which it could not take. `united`: lists that
 * keep what was changed here and what only now travels, with what both had.
 */
function sortFields(
  known: KnownLink,
  { kind }: Circumstances,
  seen: JsonObject,
  before: Lens | null,
): { met: string[]; unsaid: string[]; beside: JsonObject; united: JsonObject } {
  const sides: ReturnType<typeof sortFields> = { met: [], unsaid: [], beside: {}, united: {} };
  const old = before?.observe(known.there ?? {}).fields ?? {};
  const { met, unsaid, beside, united } = sides;
  for (const field of known.remapped) {
    const here = known.data[field] ?? null;
    const history = historyOf(known, kind, field, { before, old });
    if (known.strangers.includes(field)) {
      beside[field] = history === 'edited' ? (old[field] ?? null) : here;
    } else if (!Object.hasOwn(seen, field)) continue;
    else if (history === 'edited') {
      const isSet = fieldRule(kind, field).comparator === 'set';
      if (!isSet || known.lens.enforced.includes(field)) continue;
      united[field] = old[field] ?? [];
      met.push(field);
    } else if (known.lens.enforced.includes(field)) {
      if (isUnsaid(known, kind, field) && !isEmpty(seen[field])) beside[field] = here;
      else met.push(field);
    } else if (history === 'read') {
      met.push(field);
      if (!known.lens.standsFor(field, here, known.there ?? {})) unsaid.push(field);
    }
    // What the service lacks it is told; what the record lacks it takes.
    else if (!isEmpty(seen[field]) || isEmpty(here)) {
      met.push(field);
      if (isUnsaid(known, kind, field)) unsaid.push(field);
    }
  }
  return sides;
}

/**
 * By the rules of before: `read` from there, or `edited` here and owed to it since. Otherwise it never
 * travelled, stood elsewhere while the record lives at other services too, or a person is asked.
 */
function historyOf(
  known: KnownLink,
  kind: Circumstances['kind'],
  field: string,
  { before, old }: { before: Lens | null; old: JsonObject },
): 'read' | 'edited' | 'unknown' {
  const { lens, data, held, has_other_living: isShared } = known;
  if (!before?.observes(field) || !Object.hasOwn(old, field) || held.includes(field)) {
    return 'unknown';
  }
  // It only went there, and nobody gave it here: what the service has was left as it is.
  if (before.directionOf(field) === 'out' && isUnsaid(known, kind, field)) return 'unknown';
  const { comparator } = fieldRule(kind, field);
  const here = data[field] ?? null;
  // A value in a form of its own is more than what was read: it is owed to the new words for it.
  const isRead = fieldsEqual(comparator, here, old[field]);
  const isSamePlace = before.sideOf(field) === lens.sideOf(field);
  if (isRead) return isSamePlace || !isShared ? 'read' : 'unknown';
  return isSamePlace && before.directionOf(field) !== 'in' ? 'edited' : 'unknown';
}

/** Nobody gave it: it is empty, or what a new record of one service begins with. */
const isUnsaid = (known: KnownLink, kind: Circumstances['kind'], field: string): boolean =>
  isEmpty(known.data[field]) ||
  (!known.has_other_living &&
    fieldsEqual(fieldRule(kind, field).comparator, known.data[field], defaultsOf(kind)[field]));

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0);

const omit = (fields: JsonObject, left: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => !left.includes(field)));

const pick = (fields: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, fields[name] ?? null]));
