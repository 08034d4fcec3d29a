import type { Kind } from '#lib/kinds/index';
import type { FieldRule, Transform } from '#lib/sync/schema';
import { type FieldForm, type FieldShape, formOf, shapeWords, takesValue } from './field-shape.ts';

/** Shapes whose every value is one of the shape on the left. */
const wider: Partial<Record<FieldShape, readonly FieldShape[]>> = {
  text: ['line', 'choice', 'date', 'moment'],
  line: ['choice', 'date', 'moment'],
};
const isText = (shape: FieldShape): boolean => shape === 'line' || shape === 'text';
const isWord = (shape: FieldShape): boolean => isText(shape) || shape === 'choice';
const hasLetters = (shape: FieldShape): boolean => isText(shape) || shape === 'list';

const fits = (from: FieldShape, into: FieldShape): boolean =>
  from === into || (wider[into]?.includes(from) ?? false);

/** One way of a rule: what goes in, what comes out, and by which transform. */
interface Way {
  kind: Kind;
  from: string;
  into: string;
  way: 'out' | 'in';
  transform: Transform | null;
}

/** Why the values of one field cannot stand in the other, in words; null when they can. */
export function whyUnfit(kind: Kind, rule: FieldRule): string | null {
  const { field, side_field: sideField, direction, transform } = rule;
  const out: Way = { kind, from: field, into: sideField, way: 'out', transform };
  const back: Way = { kind, from: sideField, into: field, way: 'in', transform };
  const ways = { both: [out, back], out: [out], in: [back], none: [] }[direction];
  for (const way of ways) {
    const reason = whyNot(way);
    if (reason !== null) return reason;
  }
  return null;
}

function whyNot(at: Way): string | null {
  const from = formOf(at.kind, at.from);
  const into = formOf(at.kind, at.into);
  // A field that does not exist is a fault of its own.
  if (from === null || into === null) return null;
  const reason = byTransform(at, from, into);
  if (reason !== null || !from.canBeEmpty || into.canBeEmpty || at.from === at.into) return reason;
  return `“${at.from}” can be empty, and “${at.into}” cannot`;
}

function byTransform(at: Way, from: FieldForm, into: FieldForm): string | null {
  const { transform } = at;
  switch (transform?.type) {
    case undefined:
      return plain(at, from.shape, into.shape);
    case 'prefix':
    case 'case':
      return hasLetters(from.shape) && hasLetters(into.shape)
        ? plain(at, from.shape, into.shape)
        : `“${transform.type}” is for text, and ${named(at, from, into, hasLetters)} is none`;
    case 'first':
      // Of a list there stands one item.
      if (from.shape === 'list' && into.shape === 'list') return null;
      return between(at, from, into, at.way === 'out' ? ['list', 'word'] : ['word', 'list']);
    case 'list':
      return between(at, from, into, at.way === 'out' ? ['word', 'list'] : ['list', 'word']);
    case 'values':
      return byValues(at, from, into, transform);
  }
}

/** The one of two fields that is not what is asked for, for people. */
function named(
  at: Way,
  from: FieldForm,
  into: FieldForm,
  isAsked: (shape: FieldShape) => boolean,
): string {
  const [field, form] = isAsked(from.shape) ? [at.into, into] : [at.from, from];
  return `“${field}” (${shapeWords[form.shape]})`;
}

function plain(at: Way, from: FieldShape, into: FieldShape): string | null {
  if (fits(from, into)) return null;
  const cure =
    from === 'list' || into === 'list'
      ? `; “${(from === 'list') === (at.way === 'out') ? 'first' : 'list'}” makes one of the other`
      : '';
  return `“${at.from}” is ${shapeWords[from]} and “${at.into}” is ${shapeWords[into]}${cure}`;
}

function between(
  at: Way,
  from: FieldForm,
  into: FieldForm,
  wanted: readonly ['list' | 'word', 'list' | 'word'],
): string | null {
  const is = (form: FieldForm, want: 'list' | 'word'): boolean =>
    want === 'list' ? form.shape === 'list' : isText(form.shape);
  if (is(from, wanted[0]) && is(into, wanted[1])) return null;
  const words = { list: 'a list', word: 'text' };
  const [here, there] = at.way === 'out' ? wanted : [wanted[1], wanted[0]];
  return `“${at.transform?.type}” stands between ${words[here]} here and ${words[there]} there`;
}

type Values = Extract<Transform, { type: 'values' }>;

/** Only what has a pair travels when the rest is skipped; else the rest must fit as it is. */
function byValues(at: Way, from: FieldForm, into: FieldForm, map: Values): string | null {
  const isList = from.shape === 'list';
  if (map.only === 'first' && !isList) {
    return `only a list has a first item, and “${at.from}” is ${shapeWords[from.shape]}`;
  }
  if (isList !== (into.shape === 'list')) return plain(at, from.shape, into.shape);
  if (!isList && !(isWord(from.shape) && isWord(into.shape))) {
    return `values are mapped between words, and ${named(at, from, into, isWord)} is none`;
  }
  for (const { here, there } of map.pairs) {
    const [given, made] = at.way === 'out' ? [here, there] : [there, here];
    if (!takesValue(at.kind, at.from, given)) return `“${given}” is no value of “${at.from}”`;
    if (!takesValue(at.kind, at.into, made)) return `“${made}” is no value of “${at.into}”`;
  }
  return map.otherwise === 'keep' ? plain(at, from.shape, into.shape) : null;
}
