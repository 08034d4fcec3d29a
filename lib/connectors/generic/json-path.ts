import type { Json } from '#lib/core/index';

/** `data.items`, `labels.*.name`; empty for the whole. Names are own keys, `*` every item of a list. */
export const pathPattern = /^(?:[A-Za-z0-9_$@-]+|\*)(?:\.(?:[A-Za-z0-9_$@-]+|\*))*$|^$/;

/** What stands there; undefined when there is nothing. A path with `*` answers a list. */
export function atPath(value: Json, path: string): Json | undefined {
  return path === '' ? value : step(value, path.split('.'));
}

function step(value: Json | undefined, keys: readonly string[]): Json | undefined {
  const [key, ...rest] = keys;
  if (key === undefined || value === undefined) return value;
  if (key === '*') {
    if (!Array.isArray(value)) return undefined;
    return value.map((item) => step(item, rest)).filter((found) => found !== undefined);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? step(value[key], rest) : undefined;
}
