import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '#lib/core/index';
import { fieldRule, type Kind, normaliseField } from '#lib/kinds/index';

/** Nothing to be matched by: it equals nothing, not even itself. */
export const noKey = '';

/**
 * By what a record is matched: equal for two records exactly when all these fields are the same thing
 * to a person. Case and white space of texts do not count. A field that is empty matches nothing.
 */
export function matchKey(kind: Kind, fields: readonly string[], data: JsonObject): string {
  const values: Json[] = [];
  for (const field of fields) {
    const value = plainForm(kind, field, data[field]);
    if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) {
      return noKey;
    }
    values.push(value);
  }
  if (values.length === 0) return noKey;
  // A mark of fixed length: texts may be long, and the order of keys must be that of the database.
  return createHash('sha256').update(JSON.stringify(values)).digest('base64url');
}

function plainForm(kind: Kind, field: string, value: Json | undefined): Json {
  const { comparator } = fieldRule(kind, field);
  const normal = normaliseField(comparator, value);
  switch (comparator) {
    case 'line':
    case 'text':
      return typeof normal === 'string' ? fold(normal) : normal;
    case 'set':
      return Array.isArray(normal)
        ? [...new Set(normal.map((item) => (typeof item === 'string' ? fold(item) : '')))]
            .filter(Boolean)
            .sort()
        : normal;
    case 'exact':
    case 'moment':
      return sorted(normal);
  }
}

const fold = (text: string): string => text.toLowerCase().replace(/\s+/gu, ' ').trim();

/** Keys of an object in one order: which was written first says nothing. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item ?? null)]),
  );
}
