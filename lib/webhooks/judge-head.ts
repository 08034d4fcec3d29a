import type { DeliveryFact, JsonPath, WebhookDescriptor } from '#lib/connectors/protocol/index';
import { type ErrorCode, err, HubError, type Json, limits, ok, type Result } from '#lib/core/index';
import { textAt } from './at-path.ts';
import { type DistinctHeaders, singleHeader } from './header-value.ts';

/** What a delivery's headers say, once they are known to be well-formed. */
export interface DeliveryHead {
  /** Null where the body says it. */
  deliveryId: string | null;
  event: string | null;
}

/** Visible ASCII without the comma, with which two values of one header are joined. */
const identifier = /^[\x21-\x2b\x2d-\x7e]+$/;

type Facts = Pick<WebhookDescriptor, 'delivery' | 'event'>;

/**
 * Checks that need no header of a particular provider; they come first. Other methods than POST pass
 * only where the service asks by them whether we are there.
 */
export function judgeTransport(
  method: string,
  headers: DistinctHeaders,
  { handshakes }: Pick<WebhookDescriptor, 'handshakes'>,
): Result<null> {
  if (method !== 'POST' && !handshakes.some(({ when }) => asksBy(when, method))) {
    return refused('request.method_not_allowed', 'Webhooks are sent by POST.');
  }
  // RFC 9110 §8.4. 152 bytes of brotli can stand for 100 MB, so nothing is unpacked here.
  if (headers['content-encoding'] !== undefined) {
    return refused('request.unsupported_encoding', 'Send the body without Content-Encoding.');
  }
  const length = declaredLength(headers);
  if (length !== null && !(length <= limits.webhookBodyBytes)) {
    return refused(
      'request.too_large',
      `The body is larger than ${limits.webhookBodyBytes} bytes.`,
    );
  }
  return ok(null);
}

const asksBy = (when: WebhookDescriptor['handshakes'][number]['when'], method: string): boolean =>
  when.has === 'method' ? when.method === method : when.has === 'query' && hasMethod(when, method);

const hasMethod = ({ methods }: { methods: readonly string[] }, method: string): boolean =>
  methods.includes(method);

/** Bytes announced by Content-Length; null when the body comes in chunks, NaN for nonsense. */
export function declaredLength(headers: DistinctHeaders): number | null {
  const [value] = headers['content-length'] ?? [];
  if (value === undefined) return null;
  return /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
}

/** The facts that stand in headers. What is wrong with them is told to whoever can sign, and to nobody else. */
export function judgeHead(descriptor: Facts, headers: DistinctHeaders): Result<DeliveryHead> {
  const deliveryId = factIn(descriptor.delivery, headers);
  if (!deliveryId.ok) return deliveryId;
  const event = factIn(descriptor.event, headers);
  if (!event.ok) return event;
  return ok({ deliveryId: deliveryId.value, event: event.value });
}

function factIn(fact: DeliveryFact, headers: DistinctHeaders): Result<string | null> {
  if (fact.from === 'header') {
    if (fact.isOptional && headers[fact.name.toLowerCase()] === undefined) return ok(null);
    const value = singleHeader(headers, fact.name);
    return value !== null && isIdentifier(value) ? ok(value) : unusable(fact.name);
  }
  if (fact.from !== 'headers') return ok(null);
  const values = fact.names.map((name) => singleHeader(headers, name));
  const missing = values.indexOf(null);
  const joined = values.join(':');
  return missing < 0 && isIdentifier(joined)
    ? ok(joined)
    : unusable(fact.names[Math.max(missing, 0)] ?? '');
}

/**
 * The facts that stand in the body, once its signature holds. What is missing or no identifier costs
 * no event: the id is then the hash of the bytes and the name `unknown`.
 */
export function completeHead(
  descriptor: Facts,
  head: DeliveryHead,
  body: Json,
  bodyHash: string,
): { deliveryId: string; event: string } {
  return {
    deliveryId: head.deliveryId ?? factOf(descriptor.delivery, body) ?? bodyHash,
    event: head.event ?? factOf(descriptor.event, body) ?? 'unknown',
  };
}

function factOf(fact: DeliveryFact, body: Json): string | null {
  if (fact.from === 'body') return identifierAt(body, fact.paths, false);
  return fact.from === 'body_joined' ? identifierAt(body, fact.paths, true) : null;
}

/** The first of several paths that holds an identifier, or all of them joined. */
export function identifierAt(
  body: Json,
  paths: readonly JsonPath[],
  isJoined: boolean,
): string | null {
  const found = paths.map((path) => textAt(body, path));
  if (!isJoined) return found.find((text) => text !== null && isIdentifier(text)) ?? null;
  const joined = found.includes(null) ? '' : found.join(':');
  return isIdentifier(joined) ? joined : null;
}

const isIdentifier = (value: string): boolean =>
  value.length <= limits.deliveryIdChars && identifier.test(value);

const unusable = (header: string): Result<never> =>
  refused(
    'webhooks.header_invalid',
    `${header} must stand once and hold 1 to ${limits.deliveryIdChars} visible characters.`,
  );

const refused = (code: ErrorCode, detail: string): Result<never> => err(new HubError(code, detail));
