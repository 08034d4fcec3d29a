import type { JsonPath } from '#lib/connectors/protocol/index';
import type { Json } from '#lib/core/index';

/** What stands at a path of own keys and places in lists; undefined when there is nothing. */
export function atPath(value: Json, path: JsonPath): Json | undefined {
  let here: Json | undefined = value;
  for (const key of path) {
    if (here === null || typeof here !== 'object') return undefined;
    if (Array.isArray(here)) here = /^\d{1,6}$/.test(key) ? here[Number(key)] : undefined;
    else here = Object.hasOwn(here, key) ? here[key] : undefined;
  }
  return here;
}

/** Text, or a number as text; null for anything else, and for no text at all. */
export function textAt(value: Json, path: JsonPath): string | null {
  const found = atPath(value, path);
  const text = typeof found === 'number' ? String(found) : found;
  return typeof text === 'string' && text !== '' ? text : null;
}
