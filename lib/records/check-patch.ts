import { HubError, type Json, type JsonObject } from '#lib/core/index';
import { defaultsOf, fieldsEqual, fieldsOf, type Kind, normaliseField } from '#lib/kinds/index';

/**
 * What the connectors can take, as facts in the record's terms; handed in by whoever knows the
 * connectors. `mapping` are the rules of the stream, as they are stored; null where there are none.
 */
export interface ConnectorRules {
  /** Fields of the record that can be written there. */
  writableFields(connector: string, resource: string, mapping?: Json): readonly string[];
  /** The values a field of the record can take there; null when any will do. */
  acceptedValues(
    connector: string,
    resource: string,
    field: string,
    mapping?: Json,
  ): readonly string[] | null;
  /** Whether the field of the record has a place there at all; without it every field has. */
  hasField?(connector: string, resource: string, field: string, mapping?: Json): boolean;
}

export interface PatchTarget {
  kind: Kind;
  data: JsonObject;
  links: { connector: string; resource: string; mapping?: Json }[];
}

/**
 * Business rules of an edit that need no service: is the field editable, does a linked service take
 * it, and can it take this value. What only the service knows (an empty title, a login that
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

/**
 * An edit needs one service that takes the field, or none that has it. All of them would be too many:
 * a field that only comes from one service, or that one cannot write, would then be closed at every
 * other, while the same change made there is taken in without asking. None that takes it, and one that
 * has it, is closed: the edit would stand here only, against what that service says next.
 */
function whyReadOnly(target: PatchTarget, field: string, rules: ConnectorRules): string | null {
  if (!fieldsOf(target.kind)[field]?.editable) return 'This field comes from the service.';
  if (target.links.some((link) => takes(link, field, rules))) return null;
  const closed = target.links.find(
    ({ connector, resource, mapping }) =>
      rules.hasField?.(connector, resource, field, mapping) ?? true,
  );
  return closed ? `The connector "${closed.connector}" cannot write this field.` : null;
}

const takes = (
  { connector, resource, mapping }: PatchTarget['links'][number],
  field: string,
  rules: ConnectorRules,
): boolean => rules.writableFields(connector, resource, mapping).includes(field);

function whyInvalid(
  target: PatchTarget,
  field: string,
  value: Json,
  rules: ConnectorRules,
): string | null {
  if (holdsUnstorableText(value)) return 'Text may not hold U+0000 or half of a surrogate pair.';
  for (const link of target.links.filter((one) => takes(one, field, rules))) {
    // Null empties a field that can be empty; which services can do that, they say themselves.
    if (value === null && defaultsOf(target.kind)[field] === null) continue;
    const { connector, resource, mapping } = link;
    const accepted = rules.acceptedValues(connector, resource, field, mapping);
    if (accepted && !(typeof value === 'string' && accepted.includes(value))) {
      return `The connector "${connector}" takes ${accepted.join(', ')}.`;
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
