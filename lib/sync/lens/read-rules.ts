import { HubError, type Json } from '#lib/core/index';
import { fieldsOf, isReference, type Kind } from '#lib/kinds/index';
import { type FieldRule, fieldRulesSchema } from '../schema.ts';

/** The rules as they are stored; null is a stream without any. */
export function readRules(stored: unknown): FieldRule[] {
  if (stored === null || stored === undefined) return [];
  const parsed = fieldRulesSchema.safeParse(stored);
  if (!parsed.success) throw new HubError('internal.unexpected', 'The rules of a stream are none.');
  return parsed.data;
}

/** What is wrong with rules, as one sentence per field; empty when they can be used. */
export function checkRules(kind: Kind, rules: readonly FieldRule[]): Record<string, string> {
  const faults: Record<string, string> = {};
  const known = fieldsOf(kind);
  const writers = new Map<string, string>();
  const ruled = new Set<string>();
  for (const { field, side_field: sideField, direction, transform } of rules) {
    if (!Object.hasOwn(known, field)) faults[field] = `A ${kind} has no field "${field}".`;
    else if (!Object.hasOwn(known, sideField)) {
      faults[field] = `A ${kind} has no field "${sideField}".`;
    }
    if (ruled.has(field)) faults[field] = 'It has two rules.';
    ruled.add(field);
    if (direction === 'both' || direction === 'out') {
      const other = writers.get(sideField);
      if (other !== undefined) faults[field] = `"${other}" is written to ${sideField} already.`;
      writers.set(sideField, field);
    }
    if (transform && isReference(kind, field)) {
      faults[field] = 'It names another record, and is translated by that.';
    }
    if (transform?.type === 'values') {
      const heres = transform.pairs.map(({ here, there }) => `${here}\n${there}`);
      if (new Set(heres).size < heres.length) faults[field] = 'A pair of values is there twice.';
    }
  }
  return faults;
}

/** Where a field stands at the service. */
export interface FieldPlace {
  field: string;
  sideField: string;
  direction: FieldRule['direction'];
  policy: FieldRule['policy'];
  transform: FieldRule['transform'];
}

/** Places of all fields under given rules: those with a rule, and those that follow from their absence. */
export interface Places {
  /** Fields with a rule. */
  ruled: ReadonlyMap<string, FieldPlace>;
  /** What rules say of a field there; one that none speaks of is the record's field of its name. */
  atSide: ReadonlyMap<string, readonly FieldPlace[]>;
  placeOf(field: string): FieldPlace;
}

/**
 * A field without a rule has its own name there, unless a rule gives that place to another field: then
 * it does not travel, or two fields would be written to one place.
 */
export function placesOf(rules: readonly FieldRule[]): Places {
  const ruled = new Map<string, FieldPlace>();
  const atSide = new Map<string, FieldPlace[]>();
  for (const { field, side_field: sideField, direction, policy, transform } of rules) {
    const place = { field, sideField, direction, policy, transform };
    ruled.set(field, place);
    if (direction !== 'none') atSide.set(sideField, [...(atSide.get(sideField) ?? []), place]);
  }
  const placeOf = (field: string): FieldPlace =>
    ruled.get(field) ?? {
      field,
      sideField: field,
      direction: atSide.has(field) ? 'none' : 'both',
      policy: null,
      transform: null,
    };
  return { ruled, atSide, placeOf };
}

/**
 * The fields that are read or written another way than before, so that what both sides last agreed on
 * cannot be told any more. Who wins is no such change.
 */
export function newlyMapped(
  kind: Kind,
  before: readonly FieldRule[],
  after: readonly FieldRule[],
): string[] {
  const [old, now] = [placesOf(before), placesOf(after)];
  const fields = new Set([
    ...Object.keys(fieldsOf(kind)),
    ...old.ruled.keys(),
    ...now.ruled.keys(),
  ]);
  return [...fields].filter((field) => {
    const [was, is] = [old.placeOf(field), now.placeOf(field)];
    if (is.direction === 'none') return false;
    if (was.direction === 'none' || was.sideField !== is.sideField) return true;
    // Nothing of it was ever sent there.
    if (was.direction === 'in' && is.direction !== 'in') return true;
    // Nothing of it was ever taken from there.
    if (was.direction === 'out' && is.direction !== 'out') return true;
    return form(was.transform) !== form(is.transform);
  });
}

const form = (transform: Json): string => JSON.stringify(transform);
