import type { WebhookManifest } from '#lib/connectors/protocol/index';
import { type ErrorCode, err, HubError, limits, ok, type Result } from '#lib/core/index';

/** Header names in lower case; a header sent twice has two values. */
export type DistinctHeaders = Readonly<Record<string, readonly string[] | undefined>>;

/** What a delivery's headers say, once they are known to be well-formed. */
export interface DeliveryHead {
  deliveryId: string;
  event: string;
  /** As sent; null when missing or sent twice. Whether it holds is judged with the body. */
  signature: string | null;
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

export function judgeHead(
  manifest: WebhookManifest,
  headers: DistinctHeaders,
): Result<DeliveryHead> {
  const deliveryId = single(headers, manifest.deliveryHeader);
  if (!deliveryId || !isIdentifier(deliveryId)) return unusable(manifest.deliveryHeader);
  const event = single(headers, manifest.eventHeader);
  if (!event || !isIdentifier(event)) return unusable(manifest.eventHeader);
  return ok({ deliveryId, event, signature: single(headers, manifest.signatureHeader) });
}

const isIdentifier = (value: string): boolean =>
  value.length <= limits.deliveryIdChars && identifier.test(value);

function single(headers: DistinctHeaders, name: string): string | null {
  const values = headers[name.toLowerCase()] ?? [];
  return values.length === 1 ? (values[0] ?? null) : null;
}

const unusable = (header: string): Result<never> =>
  refused(
    'webhooks.header_invalid',
    `${header} must stand once and hold 1 to ${limits.deliveryIdChars} visible characters.`,
  );

const refused = (code: ErrorCode, detail: string): Result<never> => err(new HubError(code, detail));
