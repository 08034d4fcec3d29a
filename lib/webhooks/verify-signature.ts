import { timingSafeEqual } from 'node:crypto';
import type { SignatureScheme } from '#lib/connectors/protocol/index';
import { type ErrorCode, err, HubError, ok, type Result } from '#lib/core/index';
import { type Claim, readClaim, type SignedRequest } from './read-claim.ts';

export type Verdict = 'verified' | 'verified_previous_secret';

/** The secrets valid at this moment, the newest first; at most two (a rotation under way). */
export type Secrets = readonly [string, string?];

/**
 * One verifier over all schemes. Every secret and every offered digest is tried whichever one fits,
 * so that the answer takes as long in either case; what was sent when is believed only afterwards.
 */
export function verifySignature(
  scheme: SignatureScheme,
  request: SignedRequest,
  secrets: Secrets,
  nowMs: number,
): Result<Verdict> {
  const claim = readClaim(scheme, request);
  if (!claim) return refused('webhooks.signature_missing');
  const [current, previous] = secrets;
  const fitsCurrent = fits(claim, current);
  const fitsPrevious = previous !== undefined && fits(claim, previous);
  if (!fitsCurrent && !fitsPrevious) return refused('webhooks.signature_invalid');
  const late = claim.sentAtMs && 'toleranceMs' in scheme ? offBy(claim, nowMs) : 0;
  if (late === null) return refused('webhooks.signature_invalid');
  if ('toleranceMs' in scheme && Math.abs(late) > scheme.toleranceMs) return stale(late);
  return ok(fitsCurrent ? 'verified' : 'verified_previous_secret');
}

function fits(claim: Claim, secret: string): boolean {
  const expected = claim.expected(secret);
  if (expected === null) return false;
  return claim.offered.map((digest) => timingSafeEqual(digest, expected)).includes(true);
}

/** Milliseconds our clock is ahead of the moment the sender states; null when it states none. */
function offBy(claim: Claim, nowMs: number): number | null {
  const sentAtMs = claim.sentAtMs?.() ?? null;
  return sentAtMs === null ? null : nowMs - sentAtMs;
}

function stale(lateMs: number): Result<never> {
  const seconds = Math.round(Math.abs(lateMs) / 1_000);
  const where = lateMs > 0 ? 'ago' : 'ahead of our clock';
  return err(
    new HubError('webhooks.signature_stale', `The signature holds and is ${seconds} s ${where}.`),
  );
}

const refused = (code: ErrorCode): Result<never> => err(new HubError(code));
