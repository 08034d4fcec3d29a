import type { Json } from '#lib/core/index';
import { defaultsOf, fieldRule, fieldsEqual, type Kind, type MergePolicy } from '#lib/kinds/index';
import { type Lens, lensOf } from '#lib/sync/lens/index';
import type { Direction, FieldRule, Transform } from '#lib/sync/schema';
import type { PlaceFacts, ValueFacts } from './lineage-store.ts';
import type { LineageRefs, LineageStep } from './schema.ts';

/** A place the record lives at. */
export interface Place extends PlaceFacts {
  /** Whether the service can be told the field, by its connector and the rules of the stream. */
  isWritable: boolean;
}

/** How a field stands at one place: by which rules, with which value there, and what is owed. Pure. */
export function placeSteps(field: string, facts: ValueFacts, place: Place) {
  const lens = lensOf(facts.kind, place.rules);
  const standing = standingOf(field, facts, place, lens);
  return {
    rule: ruleStep(field, place),
    service: serviceStep(field, place, lens, standing),
    owed: owedStep(field, facts, place, standing),
  };
}

const refsOf = (place: Place): LineageRefs => ({
  connection_id: place.connection_id,
  stream_id: place.stream_id,
});

const directions: Record<Direction, string | null> = {
  both: null,
  in: 'it is taken from there and never written there',
  out: 'it is written there, and a change of it there is overwritten',
  none: 'it does not travel between here and there',
};

const policies: Record<MergePolicy, string> = {
  manual: 'a person is asked',
  set: 'additions and removals of both hold',
  text: 'lines changed by either hold',
  counter: 'what both added is added up',
  remote: 'what the service says holds',
  local_wins: 'ours stands',
  remote_wins: 'theirs stands',
  latest_wins: 'the later one stands',
};

function transformText(transform: Transform): string {
  switch (transform.type) {
    case 'values':
      return 'its values have other names there';
    case 'prefix':
      return `it begins with “${transform.text}” there`;
    case 'case':
      return `it stands there in ${transform.to === 'upper' ? 'capital' : 'small'} letters`;
    case 'first':
      return 'one item of it stands there';
    case 'list':
      return 'it is an item of a list there';
  }
}

/** Nothing is said of a field that travels both ways as it is. */
function ruleStep(field: string, place: Place): LineageStep[] {
  const rule = place.rules.find((one: FieldRule) => one.field === field);
  if (!rule) return [];
  const says = [
    rule.side_field === field ? null : `it stands there as “${rule.side_field}”`,
    directions[rule.direction],
    rule.transform ? transformText(rule.transform) : null,
    rule.policy ? `where both changed it, ${policies[rule.policy]}` : null,
  ].filter((one) => one !== null);
  if (says.length === 0) return [];
  const text = `By the mapping of ${place.stream}: ${says.join('; ')}.`;
  return [{ code: 'rule', text, at: null, refs: refsOf(place) }];
}

/** gone: it has no object there any more. silent: the field does not travel, or was never shown. */
type Standing = 'gone' | 'silent' | 'unshown' | 'unread' | 'same' | 'form' | 'beside' | 'other';

const sameIn =
  (kind: Kind, field: string) =>
  (one: Json | undefined, other: Json | undefined): boolean =>
    fieldsEqual(fieldRule(kind, field).comparator, one ?? null, other ?? null);

function standingOf(
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
  const seen = lens.observe(base).fields;
  const isSame = Object.hasOwn(seen, field) && same(seen[field], value);
  if (isSame || lens.standsFor(field, value, base)) {
    return lens.reshaped.includes(field) ? 'form' : 'same';
  }
  const isBeside = Object.hasOwn(ours, field) && same(ours[field], value);
  return isBeside && !isRefused(field, place) ? 'beside' : 'other';
}

/** The last edit of it was not taken there. An older refusal names no fields. */
const isRefused = (field: string, { state, error }: Place): boolean =>
  state === 'refused' && (error?.fields?.includes(field) ?? true);

function serviceStep(field: string, place: Place, lens: Lens, standing: Standing): LineageStep[] {
  const { connection, base } = place;
  const refs = refsOf(place);
  const sideField = lens.sideOf(field);
  const value = base && Object.hasOwn(base, sideField) ? (base[sideField] ?? null) : undefined;
  const say = (text: string, shown?: Json): LineageStep[] => [
    { code: 'service', text, at: null, refs, ...(shown === undefined ? {} : { value: shown }) },
  ];
  switch (standing) {
    case 'gone':
      return say(`It does not live at ${connection} any more.`);
    case 'silent':
      return [];
    case 'unshown':
      return say(`${connection} has never shown this field.`);
    case 'unread':
      return say(
        `${connection} has a value that cannot be held here: ${place.unreadable[field] ?? ''}`,
      );
    case 'same':
      return say(`${connection} has the same.`);
    case 'form':
      return say(`${connection} has it in its own form:`, value);
    case 'beside':
      if (place.is_parted) {
        return say(`${connection} keeps its own value of it, since a flow was removed:`, value);
      }
      return say(`${connection} has its own form or value of it, which counts as the same:`, value);
    case 'other':
      return say(`${connection} was last seen with another value:`, value);
  }
}

function owedStep(
  field: string,
  facts: ValueFacts,
  place: Place,
  standing: Standing,
): LineageStep[] {
  const { connection, push, error } = place;
  const step = (text: string, more: Partial<LineageStep> = {}): LineageStep[] => [
    { code: 'owed', text, at: null, refs: refsOf(place), ...more },
  ];
  if (place.held.includes(field)) {
    return step(`It is not sent to ${connection} before somebody has decided.`);
  }
  const told = { ...refsOf(place), ...(push ? { push_id: push.id } : {}) };
  const isTelling = push?.outcome === null || push?.outcome === 'unknown';
  switch (place.state) {
    case 'dirty':
      return place.isWritable && (standing === 'other' || standing === 'unshown')
        ? step(`${connection} is still to be told${pauseOf(place)}.`, { at: place.dirty_at })
        : [];
    case 'pushing':
      return isTelling ? step(`${connection} is being told.`, { at: push.at, refs: told }) : [];
    case 'unknown':
      return isTelling
        ? step(`Whether ${connection} took the edit is not known; it is being looked up.`, {
            at: push.at,
            refs: told,
          })
        : [];
    case 'refused':
      return isRefused(field, place)
        ? step(`${connection} did not take an edit of it: ${error?.message ?? 'without a reason'}`)
        : [];
    case 'inaccessible':
      return step(`${connection} does not show it any more.`);
    case 'synced':
    case 'conflict':
      return acceptedStep(field, facts, place);
    case 'tombstone':
      return [];
  }
}

const pauseOf = ({ paused_flow: flow }: Place): string =>
  flow === null ? '' : `, once the flow “${flow}” is resumed`;

/** Only of the value there is: an older edit may have been accepted, and overtaken. */
function acceptedStep(field: string, { kind, value }: ValueFacts, place: Place): LineageStep[] {
  const { connection, push } = place;
  const isIt =
    push?.outcome === 'accepted' &&
    !push.ignored.includes(field) &&
    sameIn(kind, field)(push.value, value);
  if (!isIt) return [];
  const text =
    push.echoed_at === null
      ? `${connection} accepted it.`
      : `${connection} accepted it, and it has come back from there.`;
  const refs = { ...refsOf(place), push_id: push.id };
  return [{ code: 'owed', text, at: push.echoed_at ?? push.at, refs }];
}
