import { type Json, type JsonObject, newId } from '#lib/core/index';
import { defaultsOf, fieldRule, fieldsEqual } from '#lib/kinds/index';
import { linkAsIs } from './keep-link.ts';
import { mergeRecord } from './merge/index.ts';
import { diffOf } from './plan-observation.ts';
import type { Circumstances, KnownLink, PlannedObject } from './planned-writes.ts';
import { lastingReasons, owedFields } from './view-link.ts';

/** Whether a link was last looked at by rules under which a field stood elsewhere. What is gone waits. */
export const isBehind = (known: KnownLink): boolean =>
  known.remapped.length > 0 && known.state !== 'tombstone' && known.deleted_at === null;

/**
 * What new rules mean for a link that is there already. A field they read another way has nothing both
 * sides ever agreed on: a side that has no value takes the other's, equal values are that, and
 * otherwise the field's policy decides, with the loser kept, or a person is asked. It is judged by the
 * last state observed; nothing is asked of the service, and the base stays as it is. Pure.
 */
export function planRemap(known: KnownLink, given: Circumstances, now: string): PlannedObject {
  const { kind } = given;
  const { lens, remapped } = known;
  const seen = lens.observe(known.there ?? {});
  const sides = sortFields(known, given, seen.fields);
  const merged = mergeRecord({
    kind,
    local: omit(known.data, sides.unsaid),
    base: known.base,
    ours: omit(known.ours, remapped),
    remote: pick(seen.fields, sides.met),
    held: known.held.filter((field) => !remapped.includes(field)),
    inFlight: null,
    policies: lens.policies,
    enforced: lens.enforced,
    reshaped: lens.reshaped,
    standing: sides.met.filter((field) =>
      lens.standsFor(field, known.data[field] ?? null, known.there ?? {}),
    ),
    strangers: remapped,
    localAtMs: known.edited_at,
  });
  const { data, held } = merged;
  const ours = { ...merged.ours, ...pick(data, sides.beside) };
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

function stateOf(known: KnownLink, held: string[], owed: string[]): KnownLink['state'] {
  if (['pushing', 'unknown', 'inaccessible'].includes(known.state)) return known.state;
  if (held.length > 0) return 'conflict';
  if (owed.length > 0) return 'dirty';
  return known.state === 'refused' ? 'refused' : 'synced';
}

/**
 * `met`: the two sides are compared; `unsaid`: of these, those the record merely began with.
 * `beside`: the service's value stands beside the record's.
 */
function sortFields(
  known: KnownLink,
  { kind }: Circumstances,
  seen: JsonObject,
): { met: string[]; unsaid: string[]; beside: string[] } {
  const sides: ReturnType<typeof sortFields> = { met: [], unsaid: [], beside: [] };
  const { met, unsaid, beside } = sides;
  for (const field of known.remapped) {
    const here = known.data[field] ?? null;
    if (known.strangers.includes(field)) beside.push(field);
    else if (!Object.hasOwn(seen, field)) continue;
    else if (known.lens.enforced.includes(field)) {
      (isUnsaid(known, kind, field) && !isEmpty(seen[field]) ? beside : met).push(field);
    }
    // What the service lacks it is told; what the record lacks it takes.
    else if (!isEmpty(seen[field]) || isEmpty(here)) {
      met.push(field);
      if (isUnsaid(known, kind, field)) unsaid.push(field);
    }
  }
  return sides;
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
