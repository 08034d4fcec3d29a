import type { Json, JsonObject } from '#lib/core/index';

/** JSON text with a U+0000 or a lone surrogate, as JSON.stringify writes them; jsonb takes neither. */
const unstorable = /\\u0000|\\ud[89a-f][0-9a-f]{2}/;

/**
 * The object as PostgreSQL can keep it: U+0000 is left out and half a surrogate pair becomes
 * U+FFFD. Services do send both, and one such object must not stop its page.
 */
export function storable(object: JsonObject): JsonObject {
  return unstorable.test(JSON.stringify(object)) ? cleanObject(object) : object;
}

function clean(value: Json): Json {
  if (typeof value === 'string') return value.replaceAll('\u0000', '').toWellFormed();
  if (Array.isArray(value)) return value.map(clean);
  return value !== null && typeof value === 'object' ? cleanObject(value) : value;
}

function cleanObject(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key.replaceAll('\u0000', '').toWellFormed(),
      clean(value),
    ]),
  );
}
