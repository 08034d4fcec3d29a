import type { Json } from '#lib/core/index';
import { checkField, defaultsOf, fieldRule, fieldsOf, type Kind } from '#lib/kinds/index';

/**
 * What values of a field look like, as far as a mapping has to know. line: text of one line. choice:
 * one of few values. thing: what has parts of its own (a person).
 */
export type FieldShape =
  | 'line'
  | 'text'
  | 'choice'
  | 'date'
  | 'moment'
  | 'number'
  | 'list'
  | 'thing';

export interface FieldForm {
  shape: FieldShape;
  /** Whether it can hold nothing. */
  canBeEmpty: boolean;
}

/** Told by what the kind's own check takes, so that there is one truth about fields. */
const samples: readonly (readonly [FieldShape, Json])[] = [
  ['text', 'no choice, no date\nand two lines'],
  ['number', 7],
  ['list', ['one']],
  ['date', '2026-01-31'],
  ['moment', '2026-01-31T00:00:00.000Z'],
  ['thing', { id: '1', login: 'one' }],
];

/** Null for a field that the kind does not have. */
export function formOf(kind: Kind, field: string): FieldForm | null {
  if (!Object.hasOwn(fieldsOf(kind), field)) return null;
  const takes = (value: Json): boolean => checkField(kind, field, value) === null;
  const found = samples.find(([, sample]) => takes(sample))?.[0] ?? 'choice';
  const { comparator } = fieldRule(kind, field);
  const shape = found === 'text' && comparator !== 'text' ? 'line' : found;
  return { shape, canBeEmpty: shape === 'list' || takes(null) };
}

/** Whether a value, or for a list one of its items, is one of the field. */
export function takesValue(kind: Kind, field: string, value: string): boolean {
  const isList = Array.isArray(defaultsOf(kind)[field]);
  return checkField(kind, field, isList ? [value] : value) === null;
}

export const shapeWords: Record<FieldShape, string> = {
  line: 'a line of text',
  text: 'text of many lines',
  choice: 'one of few values',
  date: 'a day',
  moment: 'a time',
  number: 'a number',
  list: 'a list',
  thing: 'a thing with parts of its own',
};
