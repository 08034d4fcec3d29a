/** Longer values are cut where they stand beside others; the Data tab has them whole. */
const valueCharsMax = 160;

/** A field's value as text; anything that is no text is empty. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** What people call a thing at its service: #12 where it is a number, ENG-12 as it is. */
export const showKey = (key: string): string => (/^\d+$/.test(key) ? `#${key}` : key);

/** Fields for a person: what a service calls a thing is left out where our own word stands beside it. */
export function shownFields(fields: readonly string[]): string[] {
  const own = fields.filter((field) => !field.startsWith('raw_'));
  return own.length > 0 ? own : [...fields];
}

/** Any value in one line, for a person. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  const text = Array.isArray(value)
    ? textsOf(value).join(', ') || 'nothing'
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
  return text.length > valueCharsMax ? `${text.slice(0, valueCharsMax)}…` : text;
}
