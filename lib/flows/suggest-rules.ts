import { fieldsOf, isReference, type Kind } from '#lib/kinds/index';
import type { FieldRule } from '#lib/sync/schema';
import type { ListedValue } from './match-values.ts';
import type { Suggestion } from './schema.ts';
import {
  choicesOf,
  onlyFirst,
  type SuggestedMap,
  suggestChoices,
  suggestListed,
} from './suggest-values.ts';

/** A stream that rules are looked for. */
export interface SuggestedSide {
  streamId: string;
  name: string;
  kind: Kind;
  writable: readonly string[];
  writableValues: Readonly<Record<string, readonly string[]>>;
  /** Fields that are lists in the kind and hold one item there. */
  holdsOne: readonly string[];
  /** Fields its objects were seen with. */
  seen: readonly string[];
  /** What values fields have there, as the service lists them. */
  lists: Readonly<Record<string, readonly ListedValue[]>>;
  /** Why a list could not be read, by field. */
  unread: Readonly<Record<string, string>>;
}

type SuggestedRule = FieldRule & { reason: string };

/**
 * Pure: what the mapping of each stream could be. Nothing is made up: a rule stands on what the
 * connectors can do, what was seen of objects, and what the services list; the rest is a gap in words.
 */
export function suggestRules(sides: readonly SuggestedSide[]): Suggestion[] {
  return sides.map((side) => {
    const others = sides.filter((one) => one !== side && one.kind === side.kind);
    const suggestion: Suggestion = {
      stream_id: side.streamId,
      rules: [],
      gaps: [],
      values: valuesOf(side),
    };
    for (const [field, { editable }] of Object.entries(fieldsOf(side.kind))) {
      if (editable) suggestField(suggestion, side, others, sides, field);
    }
    return suggestion;
  });
}

const has = ({ writable, seen }: SuggestedSide, field: string): boolean =>
  writable.includes(field) || seen.includes(field);

const isWider = (one: SuggestedSide, than: SuggestedSide, field: string): boolean =>
  than.holdsOne.includes(field) && !one.holdsOne.includes(field);

function suggestField(
  suggestion: Suggestion,
  side: SuggestedSide,
  others: readonly SuggestedSide[],
  sides: readonly SuggestedSide[],
  field: string,
): void {
  const sayGap = (reason: string): void => {
    suggestion.gaps.push({ field, reason });
  };
  if (!has(side, field)) {
    if (others.some((one) => has(one, field))) {
      sayGap(`${side.name} has no “${field}”: it stays with the record and the others.`);
    }
    return;
  }
  if (!others.some((one) => has(one, field))) {
    sayGap(`Only ${side.name} has “${field}”: it stays with the record and there.`);
    return;
  }
  const isWritten = side.writable.includes(field);
  if (!isWritten) sayGap(`“${field}” cannot be written at ${side.name}: it only comes in.`);
  const found = mapOf(side, sides, field, isWritten);
  const isNarrow = isWritten && others.some((one) => has(one, field) && isWider(one, side, field));
  const map = isNarrow ? onlyFirst(side.name, found) : found;
  for (const gap of map.gaps) sayGap(gap);
  const rule: SuggestedRule = {
    field,
    side_field: field,
    direction: isWritten ? 'both' : 'in',
    policy: null,
    transform: map.transform,
    reason: isWritten ? map.reason : `It cannot be written at ${side.name}. ${map.reason}`,
  };
  suggestion.rules.push(rule);
}

function mapOf(
  side: SuggestedSide,
  sides: readonly SuggestedSide[],
  field: string,
  isWritten: boolean,
): SuggestedMap {
  const plain = { transform: null, reason: `The others have “${field}” too.`, gaps: [] };
  if (isReference(side.kind, field)) {
    const reason = `The others have “${field}” too. ${side.name} is told of it by its own name for that record, as soon as it has one.`;
    return { ...plain, reason };
  }
  const accepted = side.writableValues[field];
  const choices = choicesOf(side.kind, field);
  if (choices) {
    const choice =
      isWritten && accepted ? suggestChoices({ name: side.name, field }, choices, accepted) : null;
    return choice ?? plain;
  }
  const fault = side.unread[field];
  if (fault !== undefined) {
    const reason = `What “${field}” can be at ${side.name} could not be read (${fault}): values are taken as they are.`;
    return { ...plain, gaps: [reason] };
  }
  const first = sides.find((one) => one.lists[field] !== undefined && has(one, field));
  const listed = side.lists[field];
  if (!first || first === side || !listed) return plain;
  return suggestListed({ name: side.name, first: first.name }, first.lists[field] ?? [], listed);
}

function valuesOf(side: SuggestedSide): Suggestion['values'] {
  const values: Suggestion['values'] = {};
  for (const field of Object.keys(fieldsOf(side.kind))) {
    const choices = choicesOf(side.kind, field);
    if (choices) values[field] = [...choices];
  }
  for (const [field, listed] of Object.entries(side.lists)) {
    values[field] = listed.map(({ value }) => value);
  }
  for (const [field, accepted] of Object.entries(side.writableValues))
    values[field] = [...accepted];
  return values;
}
