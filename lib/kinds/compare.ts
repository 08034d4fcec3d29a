import { type Json, jsonEqual } from '#lib/core/index';

/**
 * exact: JSON equality. line: one line of text, outer white space does not count. text: line ends
 * are one kind, trailing white space of the whole does not count, null equals empty. set: order
 * and duplicates do not count.
 */
export type Comparator = 'exact' | 'line' | 'text' | 'set';

/** The form in which two values of a field are compared (and in which `base` is kept). */
export function normaliseField(comparator: Comparator, value: Json | undefined): Json {
  switch (comparator) {
    case 'exact':
      return value ?? null;
    case 'line':
      return typeof value === 'string' ? value.trim() : (value ?? null);
    case 'text': {
      const text =
        typeof value === 'string' ? value.replace(/\r\n?/g, '\n').trimEnd() : (value ?? null);
      return text === '' ? null : text;
    }
    case 'set':
      return Array.isArray(value) ? [...new Set(value.map(String))].sort() : [];
  }
}

export function fieldsEqual(
  comparator: Comparator,
  a: Json | undefined,
  b: Json | undefined,
): boolean {
  return a === b || jsonEqual(normaliseField(comparator, a), normaliseField(comparator, b));
}
