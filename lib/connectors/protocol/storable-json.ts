import type { Json } from '#lib/core/index';

/** NUL, or half of a surrogate pair, as JSON.stringify writes them. */
const unstorable = /\\u0000|\\ud[89a-f]/;

/**
 * PostgreSQL's jsonb holds neither U+0000 nor half a surrogate pair, though JSON does. One such
 * character in one object would block the page it came with for ever, so it becomes U+FFFD.
 * https://www.postgresql.org/docs/current/datatype-json.html
 */
export function toStorableJson<T extends Json>(value: T): T;
export function toStorableJson(value: Json): Json {
  return unstorable.test(JSON.stringify(value)) ? replaced(value) : value;
}

const replacedText = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\uFFFD');

function replaced(value: Json): Json {
  if (typeof value === 'string') return replacedText(value);
  if (Array.isArray(value)) return value.map(replaced);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [replacedText(key), replaced(item)]),
  );
}
