import type { FieldFault } from '#lib/connectors/protocol/index';
import type { ErrorCode, HubError, Json, JsonObject } from '#lib/core/index';
import { type Lens, plainLens } from './lens/index.ts';

/**
 * What a failed write means. `refused`: the service said no, and will again. `waiting`: it took
 * nothing and may later. `faulty`: it has a fault and most likely took nothing, which is looked up
 * before the next try. `unclear`: it may have taken effect, so it is read back now.
 */
export type PushFailure = 'refused' | 'waiting' | 'faulty' | 'unclear';

const failures: Partial<Record<ErrorCode, PushFailure>> = {
  'provider.refused': 'refused',
  'provider.forbidden': 'refused',
  'provider.not_found': 'refused',
  'provider.gone': 'refused',
  'request.invalid': 'refused',
  // The object is read, and merged, before the next try.
  'provider.changed': 'waiting',
  'provider.rate_limited': 'waiting',
  'provider.unauthorized': 'waiting',
  'provider.host_refused': 'waiting',
  'connections.needs_reauth': 'waiting',
  'connections.not_active': 'waiting',
  'provider.unavailable': 'faulty',
};

/** Whatever is not known to have taken no effect is unclear. */
export const judgeFailure = (fault: HubError): PushFailure => failures[fault.code] ?? 'unclear';

/** The fields a refusal names, among those sent; all of them when it names none. */
export function refusedFields(error: HubError, sent: JsonObject, lens: Lens = plainLens): string[] {
  const fields = Object.keys(sent);
  const named = fieldFaults(error).map((fault) => fault.field);
  const among = fields.filter((field) => named.includes(lens.sideOf(field)));
  return among.length > 0 ? among : fields;
}

function fieldFaults(error: HubError): FieldFault[] {
  const listed = error.details?.['fields'];
  return Array.isArray(listed) ? listed.flatMap(toFault) : [];
}

function toFault(item: Json): FieldFault[] {
  if (item === null || typeof item !== 'object' || Array.isArray(item)) return [];
  const { field, message } = item;
  return typeof field === 'string' && typeof message === 'string' ? [{ field, message }] : [];
}
