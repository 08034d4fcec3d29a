import type { DeliveryFact, WebhookManifest } from '#lib/connectors/protocol/index';
import {
  type ErrorCode,
  err,
  HubError,
  type JsonObject,
  limits,
  ok,
  type Result,
} from '#lib/core/index';
import { atPath } from './at-path.ts';
import { type DistinctHeaders, singleHeader } from './header-value.ts';

/** What a delivery's headers say, once they are known to be well-formed. */
export interface DeliveryHead {
  /** Null where the body says it. */
  deliveryId: string | null;
  event: string | null;
}

/** Visible ASCII without the comma, with which two values of one header are joined. */
const identifier = /^[\x21-\x2b\x2d-\x7e]+$/;

/** Checks that need no header of a particular provider; they come first. */
export function judgeTransport(method: string, headers: DistinctHeaders): Result<null> {
  if (method !== 'POST') return refused('request.method_not_allowed', 'Webhooks are sent by POST.');
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

/** Bytes announced by Content-Length; null when the body comes in chunks, NaN for nonsense. */
export function declaredLength(headers: DistinctHeaders): number | null {
  const [value] = headers['content-length'] ?? [];
  if (value === undefined) return null;
  return /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
}

/** Facts that stand in headers are judged before a byte of the body is read. */
export function judgeHead(
  manifest: Pick<WebhookManifest, 'delivery' | 'event'>,
  headers: DistinctHeaders,
): Result<DeliveryHead> {
  const deliveryId = factIn(manifest.delivery, headers);
  if (!deliveryId.ok) return deliveryId;
  const event = factIn(manifest.event, headers);
  if (!event.ok) return event;
  return ok({ deliveryId: deliveryId.value, event: event.value });
}

function factIn(fact: DeliveryFact, headers: DistinctHeaders): Result<string | null> {
  if (fact.from === 'body') return ok(null);
  const value = singleHeader(headers, fact.name);
  return value !== null && isIdentifier(value) ? ok(value) : unusable(fact.name);
}

/**
 * The facts that stand in the body, once its signature holds. What is missing or no identifier costs
 * no event: the id is then the hash of the bytes and the name `unknown`.
 */
export function completeHead(
  manifest: Pick<WebhookManifest, 'delivery' | 'event'>,
  head: DeliveryHead,
  body: JsonObject,
  bodyHash: string,
): { deliveryId: string; event: string } {
  return {
    deliveryId: head.deliveryId ?? factOf(manifest.delivery, body) ?? bodyHash,
    event: head.event ?? factOf(manifest.event, body) ?? 'unknown',
  };
}

function factOf(fact: DeliveryFact, body: JsonObject): string | null {
  if (fact.from === 'header') return null;
  for (const path of fact.paths) {
    const value = atPath(body, path);
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string' && isIdentifier(text)) return text;
  }
  return null;
}

const isIdentifier = (value: string): boolean =>
  value.length <= limits.deliveryIdChars && identifier.test(value);

const unusable = (header: string): Result<never> =>
  refused(
    'webhooks.header_invalid',
    `${header} must stand once and hold 1 to ${limits.deliveryIdChars} visible characters.`,
  );

const refused = (code: ErrorCode, detail: string): Result<never> => err(new HubError(code, detail));
