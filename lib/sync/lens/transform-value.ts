import type { Json } from '#lib/core/index';
import { type Comparator, normaliseField } from '#lib/kinds/index';
import type { Transform } from '../schema.ts';

/** Undefined: the value does not travel. */
type Mapped = Json | undefined;
type ValueMap = Extract<Transform, { type: 'values' }>;

/** A value of the service as the record has it. `comparator` is that of the field there. */
export function toHere(transform: Transform, value: Json, comparator: Comparator): Mapped {
  switch (transform.type) {
    case 'values':
      return each(value, (item) => valueHere(transform, item));
    case 'prefix':
      return each(value, wordsOf(transform).read);
    case 'case':
      return value;
    case 'first':
      if (Array.isArray(value)) return value;
      return value === null ? [] : [value];
    case 'list':
      return firstOf(value, comparator);
  }
}

/** The field there that a value of the record goes to. */
export interface Place {
  /** What the service has now: items of a list that do not travel to the record stay in it. */
  there: Json | undefined;
  isList: boolean;
  /** Of the list, here or there. */
  comparator: Comparator;
}

/** A value of the record as the service is to have it. */
export function toThere(transform: Transform, value: Json, place: Place): Mapped {
  const { there, isList, comparator } = place;
  switch (transform.type) {
    case 'values':
      return Array.isArray(value)
        ? itemsThere(transform, value, place)
        : each(value, (item) => valueThere(transform, item));
    case 'prefix':
    case 'case': {
      const words = wordsOf(transform);
      return Array.isArray(value)
        ? sayItems(value, { standing: textsOf(there), ...words })
        : each(value, words.say);
    }
    case 'first':
      return isList && Array.isArray(value)
        ? oneOf(value, Array.isArray(there) ? there : [], comparator)
        : firstOf(value, comparator);
    case 'list': {
      const read = firstOf(there ?? [], comparator);
      const others = Array.isArray(there) ? there.filter((item) => item !== read) : [];
      return value === null ? others : [...new Set([value, ...others])];
    }
  }
}

/** Of a text, or of every item of a list. What is no text (null, a number) stays as it is. */
function each(value: Json, change: (item: string) => string | undefined): Mapped {
  if (typeof value === 'string') return change(value);
  if (!Array.isArray(value)) return value;
  const items = value.flatMap((item): Json[] => {
    const changed = typeof item === 'string' ? change(item) : item;
    return changed === undefined ? [] : [changed];
  });
  return [...new Set(items)];
}

const rest = ({ otherwise }: ValueMap, item: string): string | undefined =>
  otherwise === 'keep' ? item : undefined;

const valueHere = (map: ValueMap, item: string): string | undefined =>
  map.pairs.find(({ there }) => there === item)?.here ?? rest(map, item);

const valueThere = (map: ValueMap, item: string): string | undefined =>
  map.pairs.find(({ here }) => here === item)?.there ?? rest(map, item);

interface Words {
  read: (item: string) => string | undefined;
  say: (item: string) => string | undefined;
}

const wordsOf = (transform: Extract<Transform, { type: 'prefix' | 'case' }>): Words => {
  if (transform.type === 'case') {
    const isLower = transform.to === 'lower';
    const say = (item: string) => (isLower ? item.toLowerCase() : item.toUpperCase());
    return { read: (item) => item, say };
  }
  const { text } = transform;
  return {
    // What is nothing but the text is not read as nothing.
    read: (item) => (item.startsWith(text) && item !== text ? item.slice(text.length) : item),
    say: (item) => (item === '' ? item : text + item),
  };
};

const textsOf = (there: Json | undefined): string[] =>
  Array.isArray(there) ? there.filter((item) => typeof item === 'string') : [];

/** Items of a list as they are said there. What stands there and means the same here stays as it is. */
const sayItems = (
  value: Json[],
  { standing, read, say }: Words & { standing: string[] },
): Json[] => [
  ...new Set(
    value.flatMap((item): Json[] => {
      if (typeof item !== 'string') return [item];
      const same = standing.filter((other) => read(other) === item);
      if (same.length > 0) return same;
      const said = say(item);
      return said === undefined ? [] : [said];
    }),
  ),
];

function itemsThere(map: ValueMap, value: Json[], { there, comparator }: Place): Json[] {
  const known = textsOf(there);
  const sent = sayItems(value, {
    standing: known,
    read: (item) => valueHere(map, item),
    say: (item) => valueThere(map, item),
  });
  const unseen = known.filter((item) => valueHere(map, item) === undefined);
  // Where one item has room, one that nobody here knows is not put out by another.
  if (map.only === 'first' && unseen.length > 0) return unseen;
  if (map.only === 'first') return oneOf(sent, known, comparator);
  return [...new Set([...sent, ...unseen])];
}

/** The item that stands there, as long as it is one of them; else their first. */
function oneOf(items: Json[], there: Json[], comparator: Comparator): Json[] {
  const standing = there.find((item) => items.includes(item));
  const one = standing ?? firstOf(items, comparator);
  return one === null ? [] : [one];
}

/** Lists are sets mostly, whose order says nothing: the first in the order they are compared in. */
function firstOf(value: Json, comparator: Comparator): Json {
  const items = comparator === 'set' ? normaliseField('set', value) : value;
  return Array.isArray(items) ? (items[0] ?? null) : items;
}

/** Of the values a place takes, those of the record that become one of them; null: any may be given. */
export function acceptedHere(transform: Transform, there: readonly string[]): string[] | null {
  if (transform.type === 'prefix') {
    const { text } = transform;
    return there.filter((value) => value.startsWith(text)).map((value) => value.slice(text.length));
  }
  // What has no pair and is not kept stays here: nothing of it is sent that could be refused.
  if (transform.type !== 'values' || transform.otherwise === 'skip') return null;
  const { pairs } = transform;
  const mapped = pairs.filter((pair) => there.includes(pair.there)).map(({ here }) => here);
  const kept = there.filter((value) => !pairs.some(({ here }) => here === value));
  return [...new Set([...mapped, ...kept])];
}
