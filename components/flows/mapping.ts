import type { Suggestion } from '@/lib/flows/schema';
import {
  defaultsOf,
  fieldRule,
  fieldsOf,
  type Kind,
  type MergePolicy,
  taskStates,
} from '@/lib/kinds/index';
import type { FieldRule, Transform } from '@/lib/sync/schema';
import type { DraftSide } from './flow-draft';
import { isSame } from './same';

/**
 * A field without a rule has its own name there, travels both ways and follows its kind; what only the
 * service says comes in. A name that another field stands under at the side is not free: the field does
 * not travel there.
 */
function unspoken(kind: Kind, rules: readonly FieldRule[], field: string): FieldRule {
  const isTaken = rules.some((rule) => rule.side_field === field);
  const own = isFact(kind, field) ? 'in' : 'both';
  return {
    field,
    side_field: field,
    direction: isTaken ? 'none' : own,
    policy: null,
    transform: null,
  };
}

/** Only the service says it, so it is written nowhere. */
export const isFact = (kind: Kind, field: string): boolean => !fieldRule(kind, field).editable;

function withoutReason(suggested: Suggestion['rules'][number]): FieldRule {
  const { reason: _, ...rule } = suggested;
  return rule;
}

const suggestionOf = (streamId: string, suggestions: readonly Suggestion[]) =>
  suggestions.find((one) => one.stream_id === streamId);

/** The rules of a side as they would be stored: somebody's, or what is suggested. */
export function rulesOf(
  side: Pick<DraftSide, 'streamId' | 'rules'>,
  suggestions: readonly Suggestion[],
): FieldRule[] {
  if (side.rules) return side.rules;
  return (suggestionOf(side.streamId, suggestions)?.rules ?? []).map(withoutReason);
}

/** With one rule another, in its place; a rule nobody had comes last. */
export function withRule(rules: readonly FieldRule[], rule: FieldRule): FieldRule[] {
  const at = rules.findIndex(({ field }) => field === rule.field);
  return at === -1 ? [...rules, rule] : rules.with(at, rule);
}

/** One field at one side, with everything the editor says about it. */
export interface Cell {
  rule: FieldRule;
  /** As it is suggested, with the reason; null where nothing was suggested. */
  suggested: { rule: FieldRule; reason: string } | null;
  isSuggested: boolean;
  /** Why this side does not have the field or cannot write it. */
  gap: string | null;
  /** Values known there, for maps of values. */
  values: readonly string[];
}

export function cellOf(
  kind: Kind,
  side: Pick<DraftSide, 'streamId' | 'rules'>,
  field: string,
  suggestions: readonly Suggestion[],
): Cell {
  const suggestion = suggestionOf(side.streamId, suggestions);
  const found = suggestion?.rules.find((rule) => rule.field === field);
  const suggested = found ? { rule: withoutReason(found), reason: found.reason } : null;
  const gap = suggestion?.gaps.find((one) => one.field === field)?.reason ?? null;
  const rules = rulesOf(side, suggestions);
  const rule = rules.find((one) => one.field === field) ?? unspoken(kind, rules, field);
  return {
    rule,
    suggested,
    isSuggested: isSame(rule, suggested?.rule ?? unspoken(kind, rules, field)),
    gap,
    values: suggestion?.values[rule.side_field] ?? [],
  };
}

/** Back to what is suggested; a field nothing was suggested for goes back to having no rule. */
export function resetRule(rules: readonly FieldRule[], cell: Cell): FieldRule[] {
  const { field } = cell.rule;
  return cell.suggested
    ? withRule(rules, cell.suggested.rule)
    : rules.filter((rule) => rule.field !== field);
}

export interface MappingFields {
  /** What people write and several sides have. */
  shared: string[];
  /** What one side has alone, or none: it does not cross as it is. */
  lonely: string[];
  /** What only a service says: its number, its address, its dates. */
  facts: string[];
}

/**
 * The fields of the table: those of the kind, then what rules name beside them. Which are lonely is
 * told by the suggestions, so that a row stays where it is while somebody changes it.
 */
export function mappingFields(
  kind: Kind,
  sides: readonly Pick<DraftSide, 'streamId' | 'rules'>[],
  suggestions: readonly Suggestion[],
): MappingFields {
  const own = Object.keys(fieldsOf(kind));
  const named = sides.flatMap((side) => rulesOf(side, suggestions).map(({ field }) => field));
  const all = [...new Set([...own, ...named])];
  const suggested = new Set(suggestions.flatMap(({ rules }) => rules.map(({ field }) => field)));
  const written = all.filter((field) => !isFact(kind, field));
  const isLonely = (field: string): boolean => suggested.size > 0 && !suggested.has(field);
  return {
    shared: written.filter((field) => !isLonely(field)),
    lonely: written.filter(isLonely),
    facts: all.filter((field) => isFact(kind, field)),
  };
}

/** Canonical fields a field may stand in at a side. */
export function sideFieldsOf(kind: Kind, cell: Cell): string[] {
  return [...new Set([...Object.keys(fieldsOf(kind)), cell.rule.side_field])];
}

/** Policies that mean something for a field; what is set already stays choosable. */
export function policiesOf(kind: Kind, { field, policy }: FieldRule): MergePolicy[] {
  const { comparator } = fieldRule(kind, field);
  const fits: Record<MergePolicy, boolean> = {
    manual: true,
    set: comparator === 'set',
    text: comparator === 'text',
    counter: typeof defaultsOf(kind)[field] === 'number',
    remote: false,
    local_wins: true,
    remote_wins: true,
    latest_wins: true,
  };
  const all = Object.keys(fits) as MergePolicy[];
  return all.filter((one) => fits[one] || one === policy);
}

export const isListField = (kind: Kind, field: string): boolean =>
  Array.isArray(defaultsOf(kind)[field]);

export type TransformType = Transform['type'];

/** Transforms that can fit: a list is no text, and only a list has a first item. */
export function transformsOf(
  kind: Kind,
  { field, side_field, transform }: FieldRule,
): TransformType[] {
  const [isList, isListThere] = [isListField(kind, field), isListField(kind, side_field)];
  const fits: Record<TransformType, boolean> = {
    values: true,
    prefix: !isList,
    case: !isList,
    first: isList,
    list: !isList && isListThere,
  };
  return (Object.keys(fits) as TransformType[]).filter(
    (one) => fits[one] || one === transform?.type,
  );
}

/** A transform somebody has just chosen, filled in as far as is known. */
export function freshTransform(type: TransformType, cell: Cell, kind: Kind): Transform {
  switch (type) {
    case 'values':
      return { type, pairs: guessPairs(cell, kind), otherwise: 'keep' };
    case 'prefix':
      return { type, text: '[' };
    case 'case':
      return { type, to: 'lower' };
    case 'first':
    case 'list':
      return { type };
  }
}

/** What a field holds here, where that is a closed choice. */
export function valuesHere(kind: Kind, field: string): readonly string[] {
  return kind === 'task' && field === 'state' ? taskStates : [];
}

const simple = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** Each value known there with the one here that is called the same; empty where none is. */
export function guessPairs(
  cell: Cell,
  kind: Kind,
): Extract<Transform, { type: 'values' }>['pairs'] {
  const here = valuesHere(kind, cell.rule.field);
  return cell.values.map((there) => ({
    there,
    here: here.length === 0 ? there : (here.find((one) => simple(one) === simple(there)) ?? ''),
  }));
}
