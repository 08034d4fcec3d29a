import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { SignatureScheme } from '#lib/connectors/protocol/index';
import { type Claim, unfit } from './claim.ts';
import { singleHeader } from './header-value.ts';
import type { SignedRequest } from './signed-content.ts';

type JwtScheme = Extract<SignatureScheme, { kind: 'jwt' }>;

/** Longer tokens are nobody's. */
const tokenChars = 8_000;
/** Clocks of services differ from ours by a little. */
const toleranceSeconds = 30;

/** A token that holds, for us, now. What it says of its own algorithm is never asked. */
export function jwtClaim(scheme: JwtScheme, request: SignedRequest, nowMs: number): Claim | null {
  const value = singleHeader(request.headers, scheme.header);
  if (value === null) return null;
  const { audience, prefix } = scheme;
  if (value.length > tokenChars || !value.startsWith(prefix)) return unfit;
  const expected = audience?.is === 'url' ? request.url : (audience?.text ?? null);
  // A service that names us, and nobody has said what we are called: no token can be for us.
  if (audience !== null && expected === null) return unfit;
  const options: JWTVerifyOptions = {
    algorithms: [scheme.alg],
    currentDate: new Date(nowMs),
    clockTolerance: toleranceSeconds,
    requiredClaims: ['exp'],
    ...(expected === null ? {} : { audience: expected }),
    ...(scheme.issuers.length === 0 ? {} : { issuer: [...scheme.issuers] }),
  };
  const token = value.slice(prefix.length);
  if (!isCompact(token)) return unfit;
  return { fits: (secret) => isHeld(scheme, token, secret, options), sentAtMs: null };
}

/** Three parts, each the one way to write its bytes: decoders of base64url skip what they do not know. */
function isCompact(token: string): boolean {
  const parts = token.split('.');
  const isExact = (part: string): boolean =>
    part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;
  return parts.length === 3 && parts.every(isExact);
}

async function isHeld(
  scheme: JwtScheme,
  token: string,
  secret: string,
  options: JWTVerifyOptions,
): Promise<boolean> {
  if (secret === '') return false;
  try {
    const { payload } =
      scheme.alg === 'HS256'
        ? await jwtVerify(token, Buffer.from(secret), options)
        : await jwtVerify(token, createLocalJWKSet(JSON.parse(secret) as JSONWebKeySet), options);
    return Object.entries(scheme.claims ?? {}).every(([name, wanted]) => payload[name] === wanted);
  } catch {
    // jose says by throwing what does not hold; a pasted key set that is none ends here as well.
    return false;
  }
}
