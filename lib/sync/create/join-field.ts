import type { Json } from '#lib/core/index';
import {
  checkField,
  defaultsOf,
  fieldRule,
  fieldsEqual,
  isReference,
  type Kind,
} from '#lib/kinds/index';
import { mergeSets } from '../merge/index.ts';

/** What one of two records says about a field. */
export interface Said {
  value: Json;
  /** A service it lives at showed the field, or somebody gave it a value. */
  isSaid: boolean;
}

export interface JoinedField {
  value: Json;
  /** Both said something else, and nobody has decided. */
  asks: boolean;
}

export interface FieldJoin {
  kind: Kind;
  field: string;
  keep: Said;
  drop: Said;
  /** Whose value stands where they differ; null asks a person. */
  wins: 'keep' | 'drop' | null;
}

/** Nothing is lost when a value nobody ever gave makes room. */
export const isEmpty = (value: Json | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0);

/** Empty, or what a record holds as long as nobody has said anything. */
export const isUnsaid = (kind: Kind, field: string, value: Json | undefined): boolean =>
  isEmpty(value) || fieldsEqual(fieldRule(kind, field).comparator, value, defaultsOf(kind)[field]);

/**
 * The value of a field in the record two become. Equal values need nothing, what one says nothing
 * about is the other's to say, sets unite; of what only a service knows the kept record's stays.
 */
export function joinField(join: FieldJoin): JoinedField {
  const { kind, field, keep, drop, wins } = join;
  const { comparator, merge } = fieldRule(kind, field);
  const kept = { value: keep.value, asks: false };
  const dropped = { value: drop.value, asks: false };
  if (fieldsEqual(comparator, keep.value, drop.value)) return kept;
  if (merge === 'remote') return keep.isSaid ? kept : dropped;
  if (!drop.isSaid || isEmpty(drop.value)) return kept;
  if (!keep.isSaid || isEmpty(keep.value)) return dropped;
  if (isReference(kind, field)) return kept;
  if (merge === 'set' && Array.isArray(keep.value) && Array.isArray(drop.value)) {
    const value = mergeSets([], keep.value, drop.value);
    if (checkField(kind, field, value) === null) return { value, asks: false };
  }
  if (wins === null) return { value: keep.value, asks: true };
  return wins === 'keep' ? kept : dropped;
}
