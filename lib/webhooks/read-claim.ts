import type { SignatureScheme, SignedScheme } from '#lib/connectors/protocol/index';
import { type Claim, unfit } from './claim.ts';
import { jwtClaim } from './claim-jwt.ts';
import { hmacFits, publicKeyFits } from './claim-signature.ts';
import { tokenClaim } from './claim-token.ts';
import { singleHeader } from './header-value.ts';
import { decodeOffered, readOffered } from './read-offered.ts';
import { momentInBody, readMoment } from './read-stated-time.ts';
import { parseJson, type SignedRequest, signedContents } from './signed-content.ts';

/** Null: there is no proof at all. */
export function readClaim(
  scheme: Exclude<SignatureScheme, { kind: 'none' }>,
  request: SignedRequest,
  nowMs: number,
): Claim | null {
  if (scheme.kind === 'token') return tokenClaim(scheme, request);
  if (scheme.kind === 'jwt') return jwtClaim(scheme, request, nowMs);
  return signedClaim(scheme, request);
}

function signedClaim(scheme: SignedScheme, request: SignedRequest): Claim | null {
  const offered = readOffered(scheme.offered, request.headers);
  if (offered === null) return null;
  const stated = statedTime(scheme, request, offered.pairs);
  if (stated === 'unfit') return unfit;
  const signatures = decodeOffered(offered.texts, scheme.encoding);
  const contents = signedContents(scheme, request, stated.text);
  return {
    fits:
      scheme.kind === 'hmac'
        ? (secret) => hmacFits(scheme, secret, contents, signatures)
        : (secret) => publicKeyFits(scheme, secret, contents, signatures),
    sentAtMs: stated.sentAtMs,
  };
}

type Stated = { text: string | null; sentAtMs: Claim['sentAtMs'] };

function statedTime(
  { timestamp }: SignedScheme,
  { headers, body }: SignedRequest,
  pairs: ReadonlyMap<string, string>,
): Stated | 'unfit' {
  if (timestamp === null) return { text: null, sentAtMs: null };
  const { from, unit } = timestamp;
  if (from.in === 'body') {
    return { text: null, sentAtMs: () => momentInBody(parseJson(body), from.path, unit) };
  }
  const text = from.in === 'header' ? singleHeader(headers, from.name) : pairs.get(from.key);
  const moment = text === null || text === undefined ? null : readMoment(text, unit);
  return moment === null ? 'unfit' : { text: text ?? null, sentAtMs: () => moment };
}
