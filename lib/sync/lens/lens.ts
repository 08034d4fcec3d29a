import type { FieldFault } from '#lib/connectors/protocol/index';
import type { Json, JsonObject } from '#lib/core/index';
import {
  checkField,
  defaultsOf,
  fieldRule,
  fieldsEqual,
  isReference,
  type Kind,
  type MergePolicy,
  normaliseField,
  referencesOf,
} from '#lib/kinds/index';
import type { FieldRule } from '../schema.ts';
import { type FieldPlace, placesOf } from './read-rules.ts';
import type { References } from './references.ts';
import { acceptedHere, toHere, toThere } from './transform-value.ts';

/** A state of the service as the record would have it. */
export interface Reading {
  fields: JsonObject;
  /** Fields that stand there with a value no record can hold, or that no pair speaks of; and why. */
  unread: Record<string, string>;
}

/** Fields of a record as the service is to have them. */
export interface Writing {
  fields: JsonObject;
  /** Values that cannot be expressed there, by the record's field. */
  faults: FieldFault[];
  /** Fields of the record of which nothing is said there. */
  unsaid: string[];
}

export interface Lens {
  /** Every field is there what it is here. */
  readonly isPlain: boolean;
  /** The same for one link, whose record names others by the names another service has for them. */
  naming(kind: Kind, references: References): Lens;
  /** Decisions of the workspace, by the record's field. */
  readonly policies: Readonly<Record<string, MergePolicy>>;
  /** The record's value stands: a change of it there is written back. */
  readonly enforced: readonly string[];
  /** The record's fields that have another form there and keep their own here. */
  readonly reshaped: readonly string[];
  /** What is compared: fields that travel in, or out, or both. */
  observe(there: JsonObject): Reading;
  /** What the record takes: without the fields that do not travel in. */
  toRecord(there: JsonObject): JsonObject;
  /** `there`: what the service has now. Items of its lists that do not travel are kept. */
  toSide(fields: JsonObject, there?: JsonObject): Writing;
  /** Of the fields a connector can write, the record's that may be written through it. */
  writable(sideFields: readonly string[]): string[];
  /**
   * The values of the record's field that are among those its place takes; null when any will do, also
   * because it would not be sent.
   */
  accepted(field: string, thereAccepted: readonly string[] | null): readonly string[] | null;
  /** Whether the record may take it from here, or be compared with what is here. */
  observes(field: string): boolean;
  /** Whether a value of the record's field would say anything there. */
  says(field: string, value: Json): boolean;
  /** Whether the service would have just what it has if it were told the value. */
  standsFor(field: string, value: Json, there: JsonObject): boolean;
  /** What was said, as it is read again. */
  readBack(fields: JsonObject, there?: JsonObject): JsonObject;
  /** The record's fields that a field there speaks of. */
  fieldsAt(sideField: string): string[];
  directionOf(field: string): FieldRule['direction'];
  /** Where the record's field stands there. */
  sideOf(field: string): string;
}

/** What every reason begins with that a mapping has given for not reading a value. */
const mappingSays = 'The mapping';
export const isMappingReason = (reason: string): boolean => reason.startsWith(mappingSays);

const noFields: readonly string[] = Object.freeze([]);
const noneUnread: Record<string, string> = Object.freeze({});

/** Of a stream without rules: changes nothing and costs nothing. */
export const plainLens: Lens = Object.freeze({
  isPlain: true,
  naming: (kind: Kind, references: References): Lens => new RuledLens(kind, [], references),
  policies: Object.freeze({}),
  enforced: noFields,
  reshaped: noFields,
  observe: (there: JsonObject) => ({ fields: there, unread: noneUnread }),
  toRecord: (there: JsonObject) => there,
  toSide: (fields: JsonObject) => ({ fields, faults: [], unsaid: [] }),
  writable: (sideFields: readonly string[]) => [...sideFields],
  accepted: (_field: string, thereAccepted: readonly string[] | null) => thereAccepted,
  observes: () => true,
  says: () => true,
  standsFor: () => false,
  readBack: (fields: JsonObject) => fields,
  fieldsAt: (sideField: string) => [sideField],
  directionOf: (): FieldRule['direction'] => 'both',
  sideOf: (field: string) => field,
});

export const lensOf = (kind: Kind, rules: readonly FieldRule[]): Lens =>
  rules.length === 0 ? plainLens : new RuledLens(kind, rules);

class RuledLens implements Lens {
  readonly isPlain = false;
  readonly policies: Record<string, MergePolicy> = {};
  readonly enforced: string[] = [];
  readonly reshaped: string[] = [];
  readonly #kind: Kind;
  readonly #rules: readonly FieldRule[];
  readonly #places: ReturnType<typeof placesOf>;
  readonly #references: References | null;

  constructor(kind: Kind, rules: readonly FieldRule[], references: References | null = null) {
    this.#kind = kind;
    this.#rules = rules;
    this.#places = placesOf(rules);
    this.#references = references;
    for (const place of this.#places.ruled.values()) {
      const policy = policyOf(kind, place);
      if (policy) this.policies[place.field] = policy;
      if (place.direction === 'out') this.enforced.push(place.field);
      if (place.direction !== 'none' && place.transform) this.reshaped.push(place.field);
    }
    for (const field of references ? referencesOf(kind) : []) {
      if (this.#names(this.#places.placeOf(field))) this.reshaped.push(field);
    }
  }

  naming(kind: Kind, references: References): Lens {
    return new RuledLens(kind, this.#rules, references);
  }

  /** A name of another record, that is translated; what a rule would make of it is not asked. */
  #names({ field, sideField, direction }: Pick<FieldPlace, 'field' | 'sideField' | 'direction'>) {
    const isNamed = isReference(this.#kind, field) && isReference(this.#kind, sideField);
    return isNamed && direction !== 'none' ? this.#references : null;
  }

  observe(there: JsonObject): Reading {
    const reading: Reading = { fields: {}, unread: {} };
    for (const [sideField, value] of Object.entries(there)) {
      const places = this.#places.atSide.get(sideField);
      if (!places && !this.#places.ruled.has(sideField)) {
        const names = this.#names(this.#places.placeOf(sideField));
        reading.fields[sideField] = names ? names.toHere(value) : value;
      }
      for (const place of places ?? []) this.#read(place, value, reading);
    }
    return reading;
  }

  #read(place: FieldPlace, value: Json, reading: Reading): void {
    const { field, sideField, transform } = place;
    const names = this.#names(place);
    if (names) {
      reading.fields[field] = names.toHere(value);
      return;
    }
    const { comparator } = fieldRule(this.#kind, sideField);
    const here = transform ? toHere(transform, value, comparator) : value;
    if (here === undefined) {
      reading.unread[field] = `${mappingSays} has no value for ${JSON.stringify(value)}.`;
      return;
    }
    const isItself = !transform && field === sideField;
    const fault = isItself ? null : checkField(this.#kind, field, here);
    if (fault === null) reading.fields[field] = here;
    else reading.unread[field] = `${mappingSays} makes no ${field} of it: ${fault}`;
  }

  toRecord(there: JsonObject): JsonObject {
    const { fields } = this.observe(there);
    const taken = Object.entries(fields).filter(([field]) => !this.enforced.includes(field));
    return Object.fromEntries(taken);
  }

  toSide(fields: JsonObject, there: JsonObject = {}): Writing {
    const writing: Writing = { fields: {}, faults: [], unsaid: [] };
    for (const [field, value] of Object.entries(fields)) {
      const said = this.#write(field, value, there);
      const { sideField, transform } = this.#places.placeOf(field);
      if (said === undefined) {
        writing.unsaid.push(field);
        continue;
      }
      const isItself = !transform && field === sideField;
      const fault = isItself ? null : checkField(this.#kind, sideField, said);
      if (fault === null) writing.fields[sideField] = said;
      else writing.faults.push({ field, message: `cannot be ${sideField} there: ${fault}` });
    }
    return writing;
  }

  #write(field: string, value: Json, there: JsonObject): Json | undefined {
    const place = this.#places.placeOf(field);
    const { direction, sideField, transform } = place;
    if (direction === 'in' || direction === 'none') return undefined;
    const names = this.#names(place);
    if (names) return names.toThere(value, there[sideField]);
    if (!transform) return value;
    // What is not there yet stands at its default in the list of what is kept.
    const { comparator } = fieldRule(this.#kind, transform.type === 'first' ? field : sideField);
    const isList = Array.isArray(defaultsOf(this.#kind)[sideField]);
    return toThere(transform, value, { there: there[sideField], isList, comparator });
  }

  writable(sideFields: readonly string[]): string[] {
    const own = sideFields.filter((field) => !this.#places.ruled.has(field));
    return [...own, ...this.#places.ruled.keys()].filter((field) => {
      const { direction, sideField } = this.#places.placeOf(field);
      return (direction === 'both' || direction === 'out') && sideFields.includes(sideField);
    });
  }

  accepted(field: string, thereAccepted: readonly string[] | null): readonly string[] | null {
    const { transform } = this.#places.placeOf(field);
    return thereAccepted && transform ? acceptedHere(transform, thereAccepted) : thereAccepted;
  }

  observes(field: string): boolean {
    return this.#places.placeOf(field).direction !== 'none';
  }

  says(field: string, value: Json): boolean {
    return this.#write(field, value, {}) !== undefined;
  }

  standsFor(field: string, value: Json, there: JsonObject): boolean {
    if (!this.reshaped.includes(field)) return false;
    const { sideField, direction } = this.#places.placeOf(field);
    if (direction === 'in' || !Object.hasOwn(there, sideField)) return false;
    const said = this.#write(field, value, there);
    const { comparator } = fieldRule(this.#kind, sideField);
    return said !== undefined && fieldsEqual(comparator, said, there[sideField]);
  }

  readBack(fields: JsonObject, there: JsonObject = {}): JsonObject {
    const back = this.observe(this.toSide(fields, there).fields).fields;
    const known = Object.keys(fields).filter((field) => Object.hasOwn(back, field));
    return Object.fromEntries(known.map((field) => [field, back[field] ?? null]));
  }

  fieldsAt(sideField: string): string[] {
    const places = this.#places.atSide.get(sideField);
    if (places) return places.map(({ field }) => field);
    return this.#places.ruled.has(sideField) ? [] : [sideField];
  }

  directionOf(field: string): FieldRule['direction'] {
    return this.#places.placeOf(field).direction;
  }

  sideOf(field: string): string {
    return this.#places.placeOf(field).sideField;
  }
}

/** Asking, or keeping what is here, makes no sense where only one side's word goes. */
const takesWord: readonly (MergePolicy | null)[] = [
  'set',
  'text',
  'counter',
  'remote',
  'remote_wins',
];

function policyOf(kind: Kind, { field, direction, policy }: FieldPlace): MergePolicy | null {
  if (direction === 'out') return 'local_wins';
  if (direction !== 'in') return policy;
  const own = policy ?? fieldRule(kind, field).merge;
  return takesWord.includes(own) ? own : 'remote_wins';
}

/** The state of a service as it is kept: what it shows now, over what it has shown before. */
export function nextBase(kind: Kind, before: JsonObject | null, shown: JsonObject): JsonObject {
  const base: JsonObject = { ...before };
  for (const [field, value] of Object.entries(shown)) {
    base[field] = normaliseField(fieldRule(kind, field).comparator, value);
  }
  return base;
}
