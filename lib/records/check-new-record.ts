import { HubError, type JsonObject } from '#lib/core/index';
import { fieldsOf } from '#lib/kinds/index';
import type { NewRecord, RecordPlace } from './schema.ts';

/** A place, and what its mapping cannot say of these fields there, by the record's field. */
export interface JudgedPlace extends RecordPlace {
  faults: Readonly<Record<string, string>>;
}

/**
 * Whether a record can be made at these places, as far as it can be known without asking the services.
 * Throws with every fault at once: first those of the places, then those of the fields. Pure.
 */
export function checkNewRecord(
  input: Pick<NewRecord, 'kind' | 'stream_ids'> & { data: JsonObject },
  places: readonly JudgedPlace[],
): void {
  const errors = placeFaults(input, places);
  if (errors.length > 0) {
    throw new HubError('request.invalid', `${errors[0]?.reason ?? ''}`, { details: { errors } });
  }
  const chosen = places.filter(({ stream_id: id }) => input.stream_ids.includes(id));
  const fields = fieldFaults(input, chosen);
  if (Object.keys(fields).length > 0) {
    throw new HubError('records.field_invalid', undefined, { details: { fields } });
  }
}

function placeFaults(
  { kind, stream_ids: ids }: Pick<NewRecord, 'kind' | 'stream_ids'>,
  places: readonly JudgedPlace[],
): { field: string; reason: string }[] {
  const taken = new Map<string, string>();
  return ids.flatMap((id, index) => {
    const place = places.find(({ stream_id: known }) => known === id);
    const reason = place
      ? whyNot(place, kind, { isNamedBefore: ids.indexOf(id) < index, taken })
      : 'There is no such stream in this workspace.';
    if (place) taken.set(place.connection_id, place.stream_name);
    return reason === null ? [] : [{ field: `stream_ids.${index}`, reason }];
  });
}

function whyNot(
  place: JudgedPlace,
  kind: NewRecord['kind'],
  { isNamedBefore, taken }: { isNamedBefore: boolean; taken: ReadonlyMap<string, string> },
): string | null {
  if (isNamedBefore) return `${place.stream_name} is named twice.`;
  if (place.kind !== kind) return `${place.stream_name} holds no records of this kind.`;
  const other = taken.get(place.connection_id);
  if (other !== undefined) {
    return `${place.stream_name} and ${other} are of one connection: a record lives once at each.`;
  }
  return place.closed;
}

function fieldFaults(
  { kind, data }: { kind: NewRecord['kind']; data: JsonObject },
  chosen: readonly JudgedPlace[],
): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const [field, value] of Object.entries(data)) {
    const reason = fieldFault(kind, field, value, chosen);
    if (reason !== null) faults[field] = reason;
  }
  for (const { required, provider } of chosen) {
    for (const field of required) {
      if (isEmpty(data[field])) faults[field] ??= `${provider} needs it.`;
    }
  }
  return faults;
}

function fieldFault(
  kind: NewRecord['kind'],
  field: string,
  value: JsonObject[string],
  chosen: readonly JudgedPlace[],
): string | null {
  if (!fieldsOf(kind)[field]?.editable) return 'A record of this kind has no such field to write.';
  if (isEmpty(value)) return null;
  const taking = chosen.filter(({ takes }) => takes.includes(field));
  if (taking.length === 0) return 'None of the chosen services takes it.';
  for (const place of taking) {
    const values = place.values[field];
    if (values && !values.some((known) => known === value)) {
      return `${place.provider} takes ${values.join(', ')}.`;
    }
    const fault = place.faults[field];
    if (fault !== undefined) return `At ${place.provider} it ${fault}.`;
  }
  return null;
}

const isEmpty = (value: JsonObject[string] | undefined): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'string' && value.trim() === '') ||
  (Array.isArray(value) && value.length === 0);
