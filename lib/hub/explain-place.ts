import type { Json } from '#lib/core/index';
import type { MergePolicy } from '#lib/kinds/index';
import { type Lens, lensOf } from '#lib/sync/lens/index';
import type { Direction, FieldRule, Transform } from '#lib/sync/schema';
import { owedStep } from './explain-owed.ts';
import { type Place, placeRefs, type Standing, standingOf } from './explain-standing.ts';
import type { ValueFacts } from './lineage-store.ts';
import type { LineageStep } from './schema.ts';

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
  return [{ code: 'rule', text, at: null, refs: placeRefs(place) }];
}

function serviceStep(field: string, place: Place, lens: Lens, standing: Standing): LineageStep[] {
  const { connection, base } = place;
  const refs = placeRefs(place);
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
    case 'named':
      return say(`${connection} has it in words of its own:`, value);
    case 'beside':
      if (place.is_parted) {
        return say(`${connection} keeps its own value of it, since a flow was removed:`, value);
      }
      return say(`${connection} has its own form or value of it, which counts as the same:`, value);
    case 'other':
      return say(`${connection} was last seen with another value:`, value);
  }
}
