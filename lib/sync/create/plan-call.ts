import type { CreateManifest } from '#lib/connectors/protocol/index';
import type { Json, JsonObject } from '#lib/core/index';
import { isReference, type Kind } from '#lib/kinds/index';
import type { Lens } from '../lens/index.ts';
import { isEmpty } from './join-field.ts';

export interface CallInput {
  kind: Kind;
  data: JsonObject;
  lens: Lens;
  creates: CreateManifest;
  /** For a field that takes fewer values there than its kind has: the values it takes. */
  takes: Readonly<Record<string, readonly string[]>>;
  /** What another object is called there, of fields that name one; those missing are left out. */
  references: JsonObject;
  /** Fields there that were refused before, and are left out. */
  without: readonly string[];
}

/**
 * What is sent to make an object, in the service's terms, or what is missing. What cannot be said
 * while it is made is left out and follows as an ordinary edit. Pure.
 */
export function planCall(input: CallInput): { sent: JsonObject } | { missing: string[] } {
  const { kind, data, lens, creates, takes, references, without } = input;
  const here: JsonObject = {};
  for (const field of lens.writable(creates.fields)) {
    const value = isReference(kind, field) ? references[field] : data[field];
    if (value !== undefined && !isEmpty(value)) here[field] = value;
  }
  const there = lens.toSide(here).fields;
  const sent: JsonObject = {};
  for (const [field, value] of Object.entries(there)) {
    const isTaken = !takes[field] || isAmong(takes[field], value);
    if (isTaken && !isEmpty(value) && !without.includes(field)) sent[field] = value;
  }
  const missing = creates.required.filter((field) => !Object.hasOwn(sent, field));
  return missing.length > 0 ? { missing } : { sent };
}

const isAmong = (values: readonly string[], value: Json): boolean =>
  typeof value === 'string' && values.includes(value);
