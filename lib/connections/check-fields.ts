import type { BasicMode, CredentialField, KeyMode } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';

export type PastedMode = KeyMode | BasicMode;

/** One field of a form and, in words for a person, what is wrong with it. Never holds the value. */
export interface FormFault {
  field: string;
  reason: string;
}

/** No service's key or password is longer; a file pasted by mistake is. */
const valueChars = 4_096;

/** White space, byte order marks and zero-width characters that come along when something is copied. */
const blank = /[\s\u200b-\u200d\u2060\ufeff]/u;
const quotes = [
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['“', '”'],
] as const;

/** What was meant by what was pasted: without the white space and the quotes around it. */
export function cleanPasted(text: string): string {
  const trimmed = withoutOuter(text);
  const pair = quotes.find(
    ([open, close]) => trimmed.length >= 2 && trimmed.startsWith(open) && trimmed.endsWith(close),
  );
  return pair ? withoutOuter(trimmed.slice(1, -1)) : trimmed;
}

/** Character by character: a pattern would try every end of a long blank inside the text. */
function withoutOuter(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && blank.test(text.charAt(from))) from += 1;
  while (to > from && blank.test(text.charAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

/** The values of a connect form, or `request.invalid` with every field that is wrong. */
export function checkFields(
  mode: PastedMode,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const fields: Record<string, CredentialField> = { ...mode.fields };
  const faults: FormFault[] = Object.keys(given)
    .filter((name) => !Object.hasOwn(fields, name))
    .map((name) => ({ field: `fields.${name.slice(0, 80)}`, reason: 'is no field of this form' }));
  const values: Record<string, string> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = cleanPasted(Object.hasOwn(given, name) ? (given[name] ?? '') : '');
    const reason = whyNot(mode, name, field, value);
    if (reason === null) values[name] = value;
    else faults.push({ field: `fields.${name}`, reason });
  }
  if (faults.length > 0) throw formFault(faults);
  return values;
}

export const formFault = (errors: FormFault[]): HubError =>
  new HubError('request.invalid', 'The form cannot be taken as it is.', {
    details: { errors: errors.map((fault) => ({ ...fault })) },
  });

function whyNot(
  mode: PastedMode,
  name: string,
  field: CredentialField,
  value: string,
): string | null {
  if (value === '') return 'is missing';
  if (value.length > valueChars) return `is longer than ${valueChars} characters`;
  if (/[\r\n]/.test(value)) return 'holds a line break';
  if (/\p{Cc}|\p{Cs}/u.test(value)) return 'holds a character that cannot be typed';
  if (mode.kind === 'api_key' && name === 'key') {
    if (/\s/u.test(value)) return 'holds a space';
    // A header's value; anything else is a character of a look-alike.
    if (!/^[\x21-\x7e]+$/.test(value)) return 'holds a character no key has';
  }
  // RFC 7617 §2: the first colon ends the user name.
  if (mode.kind === 'basic' && name === 'username' && value.includes(':')) return 'holds a colon';
  return new RegExp(`^(?:${field.pattern})$`, 'u').test(value)
    ? null
    : `does not fit: it ${field.patternWords}`;
}

/** The address of a self-hosted instance, from a form. */
export function checkBaseUrl(mode: PastedMode, given: string | undefined): string | null {
  const text = given === undefined ? '' : cleanPasted(given);
  const fault = (reason: string) => formFault([{ field: 'base_url', reason }]);
  if (text === '') {
    if (mode.baseUrl?.isRequired) throw fault('is missing');
    return null;
  }
  if (!mode.baseUrl) throw fault('is no field of this form');
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw fault('must begin with https://');
  }
  if (url.username !== '' || url.password !== '') throw fault('carries a name or password');
  if (url.search !== '' || url.hash !== '') throw fault('ends in a query or a fragment');
  return url.href;
}
