import { HubError, type Json, type JsonObject } from '#lib/core/index';
import { defaultsOf, fieldsEqual, fieldsOf, type Kind, normaliseField } from '#lib/kinds/index';

/** What the connectors can take, as facts; handed in by whoever knows the connectors. */
export interface ConnectorRules {
  /** Canonical fields the connector can write, for a resource. */
  writableFields(connector: string, resource: string): readonly string[];
  /** The values a field can take there; null when any will do. */
  acceptedValues(connector: string, resource: string, field: string): readonly string[] | null;
}

export interface PatchTarget {
  kind: Kind;
  data: JsonObject;
  links: { connector: string; resource: string }[];
}

/**
 * Business rules of an edit that need no service: is the field editable, can each linked service
 * write it, and can it take this value. What only the service knows (an empty title, a login that
 * does not exist) goes out and may come back refused. Throws with every faulty field at once.
 */
export function checkPatch(target: PatchTarget, patch: JsonObject, rules: ConnectorRules): void {
  const { readOnly, invalid } = judgePatch(target, patch, rules);
  if (Object.keys(readOnly).length > 0) {
    throw new HubError('records.field_read_only', undefined, { details: { fields: readOnly } });
  }
  if (Object.keys(invalid).length > 0) {
    throw new HubError('records.field_invalid', undefined, { details: { fields: invalid } });
  }
}

/** As checkPatch, with the reasons by field instead of an error. */
export function judgePatch(
  target: PatchTarget,
  patch: JsonObject,
  rules: ConnectorRules,
): { readOnly: Record<string, string>; invalid: Record<string, string> } {
  const readOnly: Record<string, string> = {};
  const invalid: Record<string, string> = {};
  for (const [field, value] of Object.entries(patch)) {
    const reason = whyReadOnly(target, field, rules);
    if (reason) readOnly[field] = reason;
    else {
      const fault = whyInvalid(target, field, value, rules);
      if (fault) invalid[field] = fault;
    }
  }
  return { readOnly, invalid };
}

function whyReadOnly(target: PatchTarget, field: string, rules: ConnectorRules): string | null {
  if (!fieldsOf(target.kind)[field]?.editable) return 'This field comes from the service.';
  const closed = target.links.find(
    (link) => !rules.writableFields(link.connector, link.resource).includes(field),
  );
  return closed ? `The connector "${closed.connector}" cannot write this field.` : null;
}

function whyInvalid(
  target: PatchTarget,
  field: string,
  value: Json,
  rules: ConnectorRules,
): string | null {
  if (holdsUnstorableText(value)) return 'Text may not hold U+0000 or half of a surrogate pair.';
  for (const link of target.links) {
    // Null empties a field that can be empty; which services can do that, they say themselves.
    if (value === null && defaultsOf(target.kind)[field] === null) continue;
    const accepted = rules.acceptedValues(link.connector, link.resource, field);
    if (accepted && !(typeof value === 'string' && accepted.includes(value))) {
      return `The connector "${link.connector}" takes ${accepted.join(', ')}.`;
    }
  }
  return null;
}

/** jsonb takes neither. */
function holdsUnstorableText(value: Json): boolean {
  if (typeof value === 'string') return value.includes('\u0000') || !value.isWellFormed();
  return Array.isArray(value) && value.some(holdsUnstorableText);
}

/** The fields a patch really changes, as [before, after] in the form they are kept. */
export function diffPatch(kind: Kind, data: JsonObject, patch: JsonObject): JsonObject {
  const diff: JsonObject = {};
  for (const [field, value] of Object.entries(patch)) {
    const comparator = fieldsOf(kind)[field]?.comparator ?? 'exact';
    if (fieldsEqual(comparator, data[field], value)) continue;
    diff[field] = [data[field] ?? null, normaliseField(comparator, value) as Json];
  }
  return diff;
}
