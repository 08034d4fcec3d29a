import type { ProviderFault, RemoteObject } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { checkField, type Kind } from '#lib/kinds/index';
import { syncLimits } from './limits.ts';
import { storable } from './storable.ts';

/** Of what a connector says of a value that cannot be held. */
const reasonChars = 300;

/** An object as it can be kept: fields whose value no record can hold are named instead of taken. */
export interface JudgedObject extends RemoteObject {
  /** Field and why it cannot be held. */
  unreadable: Record<string, string>;
}

export interface JudgedObjects {
  objects: JudgedObject[];
  /** What cannot be kept at all, and fields that cannot; the others proceed. */
  faults: ProviderFault[];
}

/**
 * What came of a service, before it meets the database: an object without an id would block its page
 * for ever, and an impossible value its object. Pure.
 */
export function judgeObjects(kind: Kind, given: readonly RemoteObject[]): JudgedObjects {
  const objects: JudgedObject[] = [];
  const faults: ProviderFault[] = [];
  for (const object of given) {
    const fault = whyUnusable(object);
    if (fault) {
      faults.push({ externalId: idOf(object), message: fault, raw: object.raw });
      continue;
    }
    const { fields, unreadable } = readFields(kind, object);
    for (const [field, reason] of Object.entries(unreadable)) {
      const message = `The value of ${field} was left out: ${reason}`;
      faults.push({ externalId: object.externalId, message, raw: null });
    }
    const raw = storable(object.raw);
    objects.push({ ...object, fields, raw, unreadable });
  }
  return { objects, faults };
}

const idOf = ({ externalId }: RemoteObject): string | null =>
  typeof externalId === 'string' ? externalId.slice(0, syncLimits.idChars) : null;

/** Connectors are typed, what they read is not: an id may be a number, a rank infinite. */
function whyUnusable(object: RemoteObject): string | null {
  const id: unknown = object.externalId;
  if (typeof id !== 'string' || id.trim() === '') return 'The object has no id.';
  if (id.length > syncLimits.idChars) return 'The id of the object is too long.';
  if (id !== id.replaceAll('\u0000', '').toWellFormed()) return 'The id cannot be stored.';
  if ((object.externalKey?.length ?? 0) > syncLimits.idChars) return 'Its key is too long.';
  if ((object.url?.length ?? 0) > syncLimits.urlChars) return 'Its address is too long.';
  if (!Number.isSafeInteger(object.rank)) return 'Its state cannot be put in order.';
  if (Number.isNaN(Date.parse(object.updatedAt))) return 'The time of its change is none.';
  return null;
}

function readFields(
  kind: Kind,
  object: RemoteObject,
): { fields: JsonObject; unreadable: Record<string, string> } {
  const fields: JsonObject = {};
  const unreadable: Record<string, string> = {};
  for (const [field, reason] of Object.entries(object.unreadable ?? {})) {
    unreadable[field] = reason.slice(0, reasonChars).toWellFormed();
  }
  for (const [field, value] of Object.entries(storable(object.fields))) {
    if (Object.hasOwn(unreadable, field)) continue;
    const reason = checkField(kind, field, value);
    if (reason === null) fields[field] = value;
    else unreadable[field] = reason;
  }
  return { fields, unreadable };
}
