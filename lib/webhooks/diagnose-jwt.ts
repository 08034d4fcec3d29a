import {
  compactVerify,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JSONWebKeySet,
} from 'jose';
import type { SignatureScheme } from '#lib/connectors/protocol/index';
import type { Diagnosis, RefusalFacts } from './diagnosis.ts';
import { singleHeader } from './header-value.ts';

type JwtScheme = Extract<SignatureScheme, { kind: 'jwt' }>;

/** What a token that does not count says of itself; believed only where its own signature holds. */
export async function diagnoseJwt(
  scheme: JwtScheme,
  { request, secrets, nowMs }: RefusalFacts,
): Promise<Diagnosis | null> {
  const token = (singleHeader(request.headers, scheme.header) ?? '').slice(scheme.prefix.length);
  const alg = algorithmOf(token);
  if (alg === null) {
    return {
      code: 'signature_malformed',
      sentence: `The header ${scheme.header} holds no signed token behind “${scheme.prefix}”.`,
    };
  }
  if (alg !== scheme.alg) {
    return {
      code: 'algorithm_other',
      sentence: `The token says it is signed by ${alg.slice(0, 20)}; this service signs by ${scheme.alg}, and nothing else is taken.`,
    };
  }
  for (const { text } of secrets) {
    if (!(await isSignedWith(scheme, token, text))) continue;
    const { exp, aud } = decodeJwt(token);
    if (exp === undefined || exp * 1_000 <= nowMs) return expired(exp, nowMs);
    if (scheme.audience !== null && request.url === null) return addressUnknown;
    return {
      code: 'token_audience',
      sentence: `The token is signed rightly and was made for ${JSON.stringify(aud ?? null).slice(0, 300)}, or by somebody else than expected.`,
    };
  }
  return null;
}

const addressUnknown: Diagnosis = {
  code: 'url_unknown',
  sentence: 'The token names the address it was sent to, and nobody has said here which that is.',
};

const expired = (exp: number | undefined, nowMs: number): Diagnosis => ({
  code: 'token_expired',
  sentence:
    exp === undefined
      ? 'The token is signed rightly and has no end; only tokens that end are taken.'
      : `The token is signed rightly and ended ${Math.round(nowMs / 1_000 - exp)} s ago.`,
});

function algorithmOf(token: string): string | null {
  try {
    return decodeProtectedHeader(token).alg ?? null;
  } catch {
    return null;
  }
}

async function isSignedWith(scheme: JwtScheme, token: string, secret: string): Promise<boolean> {
  try {
    const options = { algorithms: [scheme.alg] };
    if (scheme.alg === 'HS256') await compactVerify(token, Buffer.from(secret), options);
    else
      await compactVerify(token, createLocalJWKSet(JSON.parse(secret) as JSONWebKeySet), options);
    return true;
  } catch {
    return false;
  }
}
