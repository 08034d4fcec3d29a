import { flowLimits } from './limits.ts';

/** One value of a field as a service lists it, with everything else it is known by (a name, an address). */
export interface ListedValue {
  value: string;
  known: readonly string[];
}

export type MatchedBy = 'address' | 'name' | 'likeness';

export interface MatchedValues {
  pairs: { here: string; there: string; by: MatchedBy }[];
  /** Without a pair. */
  here: string[];
  there: string[];
}

/** Two texts of which so many pairs of neighbouring letters are the same are alike (Dice). */
const alike = 0.8;
const alikeChars = 4;

/**
 * Pure: which values mean the same, the surest first: one e-mail address, one name however it is
 * written, names that are alike. Only what is told apart is paired: two that could be meant are left.
 */
export function matchValues(
  here: readonly ListedValue[],
  there: readonly ListedValue[],
): MatchedValues {
  const found: MatchedValues = { pairs: [], here: [], there: [] };
  let left = { here: [...here], there: [...there] };
  const keysBy: readonly (readonly [MatchedBy, (value: ListedValue) => string[]])[] = [
    ['address', addressesOf],
    ['name', (value) => [value.value]],
    ['name', namesOf],
  ];
  for (const [by, keysOf] of keysBy) left = take(found, left, by, byKeys(left, keysOf));
  left = take(found, left, 'likeness', byLikeness(left));
  found.here = left.here.map(({ value }) => value);
  found.there = left.there.map(({ value }) => value);
  return found;
}

interface Sides {
  here: ListedValue[];
  there: ListedValue[];
}
type Candidates = [ListedValue, ListedValue][];

/** Pairs whose two ends have no other candidate. */
function take(found: MatchedValues, left: Sides, by: MatchedBy, candidates: Candidates): Sides {
  const count = new Map<ListedValue, number>();
  for (const end of candidates.flat()) count.set(end, (count.get(end) ?? 0) + 1);
  const sure = candidates.filter((ends) => ends.every((end) => count.get(end) === 1));
  for (const [a, b] of sure) found.pairs.push({ here: a.value, there: b.value, by });
  const gone = new Set(sure.flat());
  return {
    here: left.here.filter((one) => !gone.has(one)),
    there: left.there.filter((one) => !gone.has(one)),
  };
}

function byKeys(left: Sides, keysOf: (value: ListedValue) => string[]): Candidates {
  const byKey = new Map<string, Set<ListedValue>>();
  for (const one of left.there) {
    for (const key of keysOf(one)) byKey.set(key, (byKey.get(key) ?? new Set()).add(one));
  }
  return left.here.flatMap((one) => {
    const others = new Set(keysOf(one).flatMap((key) => [...(byKey.get(key) ?? [])]));
    return [...others].map((other): [ListedValue, ListedValue] => [one, other]);
  });
}

function byLikeness(left: Sides): Candidates {
  const most = flowLimits.listedValues;
  const shapes = left.there
    .slice(0, most)
    .map((one) => ({ one, names: namesOf(one).map(toPairs) }));
  return left.here.slice(0, most).flatMap((one) => {
    const own = namesOf(one).map(toPairs);
    return shapes
      .filter(({ names }) => own.some((a) => names.some((b) => likeness(a, b) >= alike)))
      .map(({ one: other }): [ListedValue, ListedValue] => [one, other]);
  });
}

const addressPattern = /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/;
const isAddress = (text: string): boolean => addressPattern.test(text);

const addressesOf = ({ known }: ListedValue): string[] =>
  known.filter(isAddress).map((text) => text.toLowerCase());

/** “Ada Lovelace”, “ada.lovelace” and “lovelace, Ada” are one name; marks on letters do not count. */
function namesOf({ known }: ListedValue): string[] {
  const texts = known.map((text) => (isAddress(text) ? text.slice(0, text.indexOf('@')) : text));
  const names = texts.map((text) => wordsOf(text).sort().join(' '));
  return [...new Set(names.filter((name) => name !== ''))];
}

const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/** Pairs of neighbouring letters, spaces left out. */
function toPairs(name: string): Set<string> {
  const text = name.replaceAll(' ', '');
  if (text.length < alikeChars) return new Set();
  return new Set(Array.from({ length: text.length - 1 }, (_, at) => text.slice(at, at + 2)));
}

function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  let shared = 0;
  for (const pair of a) if (b.has(pair)) shared += 1;
  return (2 * shared) / (a.size + b.size);
}
