import type { JsonPath } from '#lib/connectors/protocol/index';
import type { Json } from '#lib/core/index';

/** What stands at a path of own keys; undefined when there is nothing. */
export function atPath(value: Json, path: JsonPath): Json | undefined {
  let here: Json | undefined = value;
  for (const key of path) {
    if (here === null || typeof here !== 'object' || Array.isArray(here)) return undefined;
    here = Object.hasOwn(here, key) ? here[key] : undefined;
  }
  return here;
}
