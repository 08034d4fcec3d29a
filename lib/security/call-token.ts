import { createHash, timingSafeEqual } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { type Clock, HubError, type JsonObject, newId } from '#lib/core/index';

/**
 * What the web process says to the worker's listener: a token that names the whole request (the
 * claim `call` and the SHA-256 of the body), is good for seconds and good once. Whoever reads one
 * can neither change what it asks nor ask it again.
 */
const issuer = 'patchbay-web';
const audience = 'patchbay-worker';
const lastsSeconds = 20;
/** Clocks of two machines differ. */
const toleranceSeconds = 5;
/** Tokens remembered as used; more in their short life than this are refused. */
const rememberedTokens = 20_000;

export interface CallSigner {
  sign(call: JsonObject, body: Uint8Array): Promise<string>;
}

export interface CallChecker {
  /** The call, or `identity.unauthenticated`. */
  check(token: string): Promise<CheckedCall>;
}

export interface CheckedCall {
  call: unknown;
  /** Throws when these are not the bytes that were signed for. */
  checkBody(body: Uint8Array): void;
}

const claimsSchema = z.object({
  jti: z.uuid(),
  exp: z.number(),
  call: z.record(z.string(), z.unknown()),
  body: z.string().length(43),
});

const keyOf = (secret: string): Uint8Array => new TextEncoder().encode(secret);
const digest = (body: Uint8Array): Buffer => createHash('sha256').update(body).digest();

export function createCallSigner(secret: string, clock: Clock): CallSigner {
  const key = keyOf(secret);
  return {
    sign: (call, body) => {
      const issued = Math.floor(clock.now() / 1000);
      return new SignJWT({ call, body: digest(body).toString('base64url') })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setJti(newId(clock.now()))
        .setIssuedAt(issued)
        .setExpirationTime(issued + lastsSeconds)
        .sign(key);
    },
  };
}

export function createCallChecker(secret: string, clock: Clock): CallChecker {
  const key = keyOf(secret);
  const used = new Map<string, number>();
  const useOnce = (id: string, untilMs: number): void => {
    const now = clock.now();
    for (const [old, endMs] of used) {
      if (endMs > now) break;
      used.delete(old);
    }
    if (used.has(id)) throw refused('was used before');
    if (used.size >= rememberedTokens) throw new HubError('request.rate_limited');
    used.set(id, untilMs);
  };
  return {
    check: async (token) => {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        issuer,
        audience,
        requiredClaims: ['exp', 'iat', 'jti'],
        maxTokenAge: lastsSeconds,
        clockTolerance: toleranceSeconds,
        currentDate: new Date(clock.now()),
      }).catch((error: unknown) => {
        throw refused(error instanceof errors.JOSEError ? error.code : 'cannot be read');
      });
      const claims = claimsSchema.safeParse(payload);
      if (!claims.success) throw refused('says too little');
      const { jti, exp, call, body } = claims.data;
      useOnce(jti, (exp + toleranceSeconds) * 1000);
      const signed = Buffer.from(body, 'base64url');
      return {
        call,
        checkBody: (bytes) => {
          if (signed.length !== 32 || !timingSafeEqual(signed, digest(bytes))) {
            throw refused('was signed for another body');
          }
        },
      };
    },
  };
}

const refused = (why: string): HubError =>
  new HubError('identity.unauthenticated', `The token of this call ${why}.`);
