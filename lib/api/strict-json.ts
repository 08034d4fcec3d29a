import { findJsonFault, HubError, type Json, limits } from '#lib/core/index';

/**
 * JSON as strict as I-JSON (RFC 7493 §2): no name twice in one object, because two readers would
 * disagree about which one counts; no half of a surrogate pair, which PostgreSQL cannot store; depth
 * bounded before anybody recurses.
 */
export function parseStrictJson(text: string, maxDepth: number = limits.jsonDepth): Json {
  const fault = findJsonFault(text, maxDepth);
  if (fault) throw new HubError(fault.code, fault.detail);
  try {
    return JSON.parse(text, refuseBrokenText) as Json;
  } catch (cause) {
    if (cause instanceof HubError) throw cause;
    throw new HubError('request.malformed_json', undefined, { cause });
  }
}

function refuseBrokenText(name: string, value: unknown): unknown {
  if (!name.isWellFormed() || (typeof value === 'string' && !value.isWellFormed())) {
    throw new HubError('request.unstorable_text');
  }
  return value;
}
