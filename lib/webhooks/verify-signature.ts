import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookManifest } from '#lib/connectors/protocol/index';
import { type ErrorCode, err, HubError, ok, type Result } from '#lib/core/index';

export type Verdict = 'verified' | 'verified_previous_secret';

/** The secrets valid at this moment, the newest first; at most two (a rotation under way). */
export type Secrets = readonly [string, string?];

/**
 * HMAC over the raw bytes. Node's hex decoding skips what it does not know, so the text is held
 * against its exact form first, and every secret is tried whichever one fits, so that the answer
 * takes as long in either case.
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export function verifySignature(
  manifest: WebhookManifest,
  signature: string | null,
  body: Uint8Array,
  secrets: Secrets,
): Result<Verdict> {
  if (signature === null) return refused('webhooks.signature_missing');
  const hex = signature.startsWith(manifest.prefix) ? signature.slice(manifest.prefix.length) : '';
  if (!/^[0-9a-f]{64}$/i.test(hex)) return refused('webhooks.signature_invalid');
  const given = Buffer.from(hex, 'hex');
  const [current, previous] = secrets;
  const fitsCurrent = timingSafeEqual(given, digest(current, body));
  const fitsPrevious = previous !== undefined && timingSafeEqual(given, digest(previous, body));
  if (fitsCurrent) return ok('verified');
  if (fitsPrevious) return ok('verified_previous_secret');
  return refused('webhooks.signature_invalid');
}

const digest = (secret: string, body: Uint8Array): Buffer =>
  createHmac('sha256', secret).update(body).digest();

const refused = (code: ErrorCode): Result<never> => err(new HubError(code));
