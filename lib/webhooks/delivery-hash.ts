import { hash } from 'node:crypto';
import type { JsonPath, WebhookDescriptor } from '#lib/connectors/protocol/index';
import type { Json, JsonObject } from '#lib/core/index';

const sha256 = (bytes: Buffer | string): string => hash('sha256', bytes, 'base64url');

/**
 * By which a body is known again: the hash of its bytes, but for what its service writes anew with
 * each attempt (Linear the time, Notion and Stripe a count); with that, whoever did not hear our 200
 * would send another event.
 */
export function deliveryHash(
  { scheme, attemptFields = [] }: Pick<WebhookDescriptor, 'scheme' | 'attemptFields'>,
  body: Buffer,
  content: JsonObject | Json[],
): string {
  const time = 'timestamp' in scheme ? scheme.timestamp?.from : null;
  const fields = time?.in === 'body' ? [...attemptFields, time.path] : attemptFields;
  const steady = fields.reduce<Json>(without, content);
  return steady === content ? sha256(body) : sha256(JSON.stringify(steady));
}

/** The value without what stands at a path of keys; itself where nothing does. */
function without(value: Json, [key, ...rest]: JsonPath): Json {
  if (key === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) {
    return value;
  }
  const inner = value[key];
  if (!Object.hasOwn(value, key) || inner === undefined) return value;
  if (rest.length === 0) {
    const { [key]: _attempt, ...others } = value;
    return others;
  }
  const kept = without(inner, rest);
  return kept === inner ? value : { ...value, [key]: kept };
}
