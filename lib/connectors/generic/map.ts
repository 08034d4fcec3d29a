import type { z } from 'zod';
import {
  type ProviderFault,
  type RemoteObject,
  toStorableJson,
} from '#lib/connectors/protocol/index';
import { type Json, type JsonObject, limits } from '#lib/core/index';
import {
  contactDataSchema,
  fieldRule,
  type Kind,
  messageDataSchema,
  paymentDataSchema,
  taskDataSchema,
} from '#lib/kinds/index';
import type { Definition } from './definition.ts';
import { atPath } from './json-path.ts';

export type Mapped = { is: 'object'; object: RemoteObject } | { is: 'fault'; fault: ProviderFault };

const shapes: Partial<Record<Kind, Record<string, z.ZodType>>> = {
  task: taskDataSchema.shape,
  contact: contactDataSchema.shape,
  payment: paymentDataSchema.shape,
  message: messageDataSchema.shape,
};

/** What of a definition says how an object reads. */
export type Reading = Pick<Definition, 'id' | 'updated_at' | 'fields' | 'states'>;

/** One object of a list as a record of a kind. A field that does not fit the kind is left out. */
export function fromObject(kind: Kind, definition: Reading, json: Json, atMs: number): Mapped {
  const raw = isObject(json) && isShallow(json, deepest) ? toStorableJson(json) : null;
  const id = raw === null ? undefined : textOf(atPath(raw, definition.id));
  if (raw === null || id === undefined) {
    const message =
      raw === null ? 'It is no object, or nested too deeply' : `It has no id at ${definition.id}`;
    return { is: 'fault', fault: { externalId: null, message, raw } };
  }
  const stated = definition.updated_at === null ? null : atPath(raw, definition.updated_at);
  const changedMs = stated === null || stated === undefined ? null : momentOf(stated);
  const rank = changedMs ?? atMs;
  const object: RemoteObject = {
    externalId: id.slice(0, 200),
    externalKey: null,
    url: webLink(atPath(raw, definition.fields['url'] ?? '-')) ?? null,
    rank,
    // Of some clocks nobody knows how fine they tick.
    rankIsExact: false,
    updatedAt: new Date(rank).toISOString(),
    fields: fieldsIn(kind, definition, raw),
    deleted: false,
    raw,
  };
  return { is: 'object', object };
}

function fieldsIn(kind: Kind, definition: Reading, raw: JsonObject): JsonObject {
  const fields: JsonObject = {};
  for (const [field, path] of Object.entries(definition.fields)) {
    const found = atPath(raw, path);
    if (found === undefined) continue;
    const value = toField(kind, definition, field, found);
    if (value !== undefined && shapes[kind]?.[field]?.safeParse(value).success) {
      fields[field] = value;
    }
  }
  return fields;
}

function toField(kind: Kind, { states }: Reading, field: string, found: Json): Json | undefined {
  if (field === 'state') {
    const text = textOf(found);
    return text !== undefined && Object.hasOwn(states, text) ? states[text] : text;
  }
  if (field.endsWith('_at')) return found === null ? null : timeOf(found);
  if (field === 'due_on') return found === null ? null : timeOf(found)?.slice(0, 10);
  if (fieldRule(kind, field).comparator === 'set') return setOf(found);
  if (field === 'url') return found === null ? null : webLink(found);
  if (field === 'currency') return textOf(found)?.toLowerCase();
  if (typeof found === 'number' && !numeric.has(field)) return String(found);
  return found;
}

/** Fields of any kind that are numbers. */
const numeric = new Set(['number', 'comments', 'amount', 'refunded']);

function setOf(found: Json): string[] {
  const items = Array.isArray(found) ? found : [found];
  const texts = items.flatMap((item) => textOf(item) ?? []);
  return [...new Set(texts.map((text) => text.slice(0, limits.setItemChars).toWellFormed()))].slice(
    0,
    limits.setItems,
  );
}

function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const urlChars = 2_000;

/** People click on it: an address of the web, and never one that would run (`javascript:`). */
function webLink(value: Json | undefined): string | undefined {
  const text = textOf(value);
  if (text === undefined || text.length > urlChars || !URL.canParse(text)) return undefined;
  const { protocol } = new URL(text);
  return protocol === 'https:' || protocol === 'http:' ? text : undefined;
}

/** Below it a number counts seconds since 1970, above it milliseconds: 1e11 s is the year 5138. */
const secondsBelow = 100_000_000_000;

/** The end of the year 9999: later ones are written in a way the database does not read. */
const lastMs = 253_402_300_799_999;

/** Whole milliseconds after 1970. */
function momentOf(value: Json): number | null {
  if (typeof value === 'number') {
    return bounded(value < secondsBelow ? value * 1_000 : value);
  }
  return bounded(typeof value === 'string' ? Date.parse(value) : Number.NaN);
}

const bounded = (ms: number): number | null => (ms > 0 && ms <= lastMs ? Math.floor(ms) : null);

function timeOf(value: Json): string | undefined {
  const ms = momentOf(value);
  return ms === null ? undefined : new Date(ms).toISOString();
}

/** Levels of an object; the database's own limit would cost the whole page. */
const deepest = 64;

function isShallow(json: Json, levels: number): boolean {
  if (json === null || typeof json !== 'object') return true;
  return levels > 0 && Object.values(json).every((inner) => isShallow(inner, levels - 1));
}

const isObject = (json: Json): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
