import type { SignatureScheme } from '#lib/connectors/protocol/index';
import { type ErrorCode, err, HubError, ok, type Result } from '#lib/core/index';
import type { Claim } from './claim.ts';
import { readClaim } from './read-claim.ts';
import type { SignedRequest } from './signed-content.ts';

/** unverified: its endpoint was set up by somebody who chose to take calls nobody has signed. */
export type Verdict = 'verified' | 'verified_previous_secret' | 'unverified';

/** The secrets valid at this moment, the newest first; at most two (a rotation under way). */
export type Secrets = readonly [string, string?];

/**
 * One verifier over all schemes. Every secret and every offered digest is tried whichever one fits,
 * so that the answer takes as long in either case; what was sent when is believed only afterwards.
 */
export async function verifySignature(
  scheme: SignatureScheme,
  request: SignedRequest,
  secrets: Secrets,
  nowMs: number,
): Promise<Result<Verdict>> {
  if (scheme.kind === 'none') return ok('unverified');
  const claim = readClaim(scheme, request, nowMs);
  if (!claim) return refused('webhooks.signature_missing');
  const [current, previous] = secrets;
  const [fitsCurrent, fitsPrevious] = await Promise.all([
    claim.fits(current),
    previous !== undefined && claim.fits(previous),
  ]);
  if (!fitsCurrent && !fitsPrevious) return refused('webhooks.signature_invalid');
  const toleranceMs = 'timestamp' in scheme ? (scheme.timestamp?.toleranceMs ?? null) : null;
  if (toleranceMs !== null) {
    const late = offBy(claim, nowMs);
    if (late === null) return refused('webhooks.signature_invalid');
    if (!(Math.abs(late) <= toleranceMs)) return stale(late);
  }
  return ok(fitsCurrent ? 'verified' : 'verified_previous_secret');
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
