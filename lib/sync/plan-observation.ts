import { type JsonObject, newId } from '#lib/core/index';
import { defaultsOf, fieldRule, fieldsEqual, type Kind } from '#lib/kinds/index';
import type { JudgedObject } from './judge-object.ts';
import { linkAsIs, nothing } from './keep-link.ts';
import { nextBase } from './lens/index.ts';
import { judgeRank, type MergeOutcome, mergeRecord } from './merge/index.ts';
import { planDeletion } from './plan-deletion.ts';
import type {
  Circumstances,
  Intent,
  KnownLink,
  LinkWrite,
  PlannedObject,
} from './planned-writes.ts';
import { echoedBy, inFlightOf, seenThrough } from './see-through-lens.ts';
import { agreedOn, owedFields, unreadOf } from './view-link.ts';

/**
 * Decides what one observed state of a known object changes. Pure. `parked` names fields that are
 * not to follow the service any more: see findFlips.
 */
export function planObservation(
  known: KnownLink,
  intents: readonly Intent[],
  object: JudgedObject,
  given: Circumstances,
  parked: readonly string[] = [],
): PlannedObject {
  if (object.deleted) return planDeletion(known, object, given);
  const wasGone = known.state === 'tombstone';
  const isFreshRead = given.isAnswer || known.is_read_since;
  // The answer to our own call is taken in even if it shows nothing new: the service has kept what
  // it had (in its own form), and what was sent would be owed for ever.
  const isOurs = intents.some(({ id }) => id === given.answersIntent);
  const judged = judgeRank({
    rank: object.rank,
    rankIsExact: object.rankIsExact || (wasGone && !isFreshRead),
    knownRank: known.there === null ? null : known.remote_rank,
    isFreshRead,
    differsFromBase: wasGone || differs(given.kind, known.there, object.fields),
  });
  const verdict = isOurs && object.rank >= known.remote_rank ? 'apply' : judged;
  const echoed = object.rank >= known.remote_rank ? echoedBy(known, intents, object, given) : [];
  if (verdict === 'stale') {
    const isOlder = object.rank < known.remote_rank;
    // Shown again, as it was: it can be seen after all.
    const isBack = known.state === 'inaccessible' && isFreshRead && !isOlder;
    const state = isBack ? ({ state: known.held.length > 0 ? 'conflict' : 'synced' } as const) : {};
    const link =
      echoed.length > 0 || isBack
        ? { ...linkAsIs(known, given), ...state, echoed: echoed.length > 0 }
        : null;
    return { ...nothing, verdict: isOlder ? 'stale' : 'unchanged', link, echoedIntents: echoed };
  }
  // An event sent before the end and come after it: only the service itself brings an object back.
  if (verdict === 'read_again' || (wasGone && !isFreshRead)) {
    const link = { ...linkAsIs(known, given), reread: true, echoed: echoed.length > 0 };
    return { ...nothing, verdict: 'stale', link, echoedIntents: echoed };
  }
  return planMerge(known, intents, object, given, { echoed, parked });
}

function planMerge(
  known: KnownLink,
  intents: readonly Intent[],
  object: JudgedObject,
  given: Circumstances,
  { echoed, parked }: { echoed: string[]; parked: readonly string[] },
): PlannedObject {
  const open = intents.find((intent) => intent.outcome !== 'accepted');
  const { lens } = known;
  const seen = lens.observe(object.fields);
  const merged = mergeRecord({
    kind: given.kind,
    local: known.data,
    base: known.base,
    ours: known.ours,
    adopts: !known.has_other_living,
    remote: seen.fields,
    held: known.held,
    parked,
    inFlight: open ? inFlightOf(known, open, given) : null,
    ...seenThrough(known, object),
  });
  for (const field of Object.keys(seen.unread)) {
    merged.ours[field] = agreedOn(given.kind, known, field);
  }
  const isRestored = known.state === 'tombstone';
  const isChanged = merged.changed.length > 0 || (isRestored && known.deleted_at !== null);
  return {
    verdict: isChanged ? 'changed' : 'unchanged',
    record: isChanged
      ? {
          id: known.record_id,
          version: known.version + 1,
          data: merged.data,
          updated_at: object.updatedAt,
          remote_at: object.updatedAt,
          op: isRestored && known.deleted_at !== null ? 'restore' : 'update',
          fields: merged.changed,
          diff: diffOf(known.data, merged.data, merged.changed),
        }
      : null,
    link: {
      id: known.link_id,
      external_key: object.externalKey ?? known.external_key,
      url: object.url ?? known.url,
      remote_rank: object.rank,
      base: nextBase(given.kind, known.there, object.fields),
      ours: merged.ours,
      unreadable: unreadOf(lens, object.unreadable, seen.unread),
      raw: object.raw,
      held: merged.held,
      ...owing(known, given, merged, open !== undefined),
      reread: false,
      echoed: echoed.length > 0,
    },
    conflicts: merged.conflicts.map((conflict) => ({
      id: newId(),
      record_id: known.record_id,
      link_id: known.link_id,
      remote_at: object.updatedAt,
      ...conflict,
    })),
    settled: known.held
      .filter((field) => !merged.held.includes(field))
      .map((field) => ({ link_id: known.link_id, field, value: merged.data[field] ?? null })),
    echoedIntents: echoed,
    tellsOthers: isChanged && known.has_other_living,
  };
}

/** While a call is under way its outcome decides the state; a refusal stays to be read. */
function owing(
  known: KnownLink,
  given: Circumstances,
  merged: Pick<MergeOutcome, 'data' | 'base' | 'ours' | 'held'>,
  isUnderWay: boolean,
): Pick<LinkWrite, 'state' | 'owes'> {
  const { data, base, ours, held } = merged;
  const dirty = owedFields(
    given.kind,
    { lens: known.lens, data, base, ours, held },
    given.writable,
  );
  const owes = dirty.length > 0 || isUnderWay;
  if (isUnderWay) {
    const isShown = known.state === 'unknown' || known.state === 'dirty';
    return { owes, state: isShown ? known.state : 'pushing' };
  }
  if (merged.held.length > 0) return { owes, state: 'conflict' };
  if (dirty.length > 0) return { owes, state: 'dirty' };
  return { owes, state: known.state === 'refused' ? 'refused' : 'synced' };
}

function differs(kind: Kind, base: JsonObject | null, fields: JsonObject): boolean {
  const known = { ...defaultsOf(kind), ...base };
  return Object.entries(fields).some(
    ([field, value]) => !fieldsEqual(fieldRule(kind, field).comparator, value, known[field]),
  );
}

export function diffOf(before: JsonObject, after: JsonObject, fields: string[]): JsonObject {
  return Object.fromEntries(
    fields.map((field) => [field, [before[field] ?? null, after[field] ?? null]]),
  );
}
