import type { Json } from '#lib/core/index';
import { fieldRule, type Kind, normaliseField } from '#lib/kinds/index';
import { fingerprint } from './page-cursor.ts';

/**
 * A short mark of the two sides of a conflict, sent along with a choice: sides may be long texts, and
 * two of them would not fit into a request. A difference in form makes no other mark.
 */
export function markOfSides(
  kind: Kind,
  { field, local, remote }: { field: string; local: Json; remote: Json },
): string {
  const { comparator } = fieldRule(kind, field);
  return fingerprint([local, remote].map((side) => normaliseField(comparator, side)));
}
