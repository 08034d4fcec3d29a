import { type ErrorCode, err, HubError, type JsonObject, ok, type Result } from '#lib/core/index';

/** Fields of one form. */
export const maxFields = 1_000;

/**
 * Fields of `application/x-www-form-urlencoded`. A name that stands several times has a list. Escapes
 * that are no UTF-8 are refused: URLSearchParams would replace them silently.
 */
export function readForm(text: string): Result<JsonObject> {
  const fields = new Map<string, string[]>();
  const pairs = text.split('&').filter((pair) => pair !== '');
  if (pairs.length > maxFields) {
    return refused('request.invalid', `The form has more than ${maxFields} fields.`);
  }
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = unescaped(at < 0 ? pair : pair.slice(0, at));
    const value = unescaped(at < 0 ? '' : pair.slice(at + 1));
    if (name === null || value === null) {
      return refused('request.invalid_utf8', 'The form holds escapes that are not UTF-8.');
    }
    if (`${name}${value}`.includes('\u0000')) {
      return refused('request.unstorable_text', 'The form holds a NUL byte.');
    }
    fields.set(name, [...(fields.get(name) ?? []), value]);
  }
  return ok(
    Object.fromEntries(
      [...fields].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
    ),
  );
}

function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

const refused = (code: ErrorCode, detail: string): Result<never> => err(new HubError(code, detail));
