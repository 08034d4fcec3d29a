import { type Json, jsonEqual } from '#lib/core/index';

/**
 * Text is compared in Unicode's composed form (NFC), because services store either.
 *
 * exact: JSON equality. moment: one instant, however it is written. line: one line of text, outer white space does not count. text: line ends
 * are one kind, trailing white space of the whole does not count, null equals empty. set: order
 * and duplicates do not count.
 */
export type Comparator = 'exact' | 'moment' | 'line' | 'text' | 'set';

/** The form in which two values of a field are compared (and in which `base` is kept). */
export function normaliseField(comparator: Comparator, value: Json | undefined): Json {
  switch (comparator) {
    case 'exact':
      return value ?? null;
    case 'moment': {
      const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
      return Number.isNaN(ms) ? (value ?? null) : new Date(ms).toISOString();
    }
    case 'line':
      return typeof value === 'string' ? value.normalize('NFC').trim() : (value ?? null);
    case 'text': {
      const text =
        typeof value === 'string'
          ? value.normalize('NFC').replace(/\r\n?/g, '\n').trimEnd()
          : (value ?? null);
      return text === '' ? null : text;
    }
    case 'set':
      return Array.isArray(value)
        ? [...new Set(value.map(String).map((item) => item.normalize('NFC')))].sort()
        : [];
  }
}

export function fieldsEqual(
  comparator: Comparator,
  a: Json | undefined,
  b: Json | undefined,
): boolean {
  return a === b || jsonEqual(normaliseField(comparator, a), normaliseField(comparator, b));
}
