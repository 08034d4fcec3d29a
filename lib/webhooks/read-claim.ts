import { createHash, createHmac } from 'node:crypto';
import type { SignatureScheme } from '#lib/connectors/protocol/index';
import type { Json } from '#lib/core/index';
import { atPath } from './at-path.ts';
import { type DistinctHeaders, singleHeader } from './header-value.ts';

/** A request as far as its signature goes. */
export interface SignedRequest {
  headers: DistinctHeaders;
  body: Uint8Array;
}

/** What a request offers as proof, before anything is compared. */
export interface Claim {
  /** Digests of which one has to fit. */
  offered: readonly Buffer[];
  /** The digest that belongs to a secret; null for a secret that can be none of this scheme. */
  expected(secret: string): Buffer | null;
  /** When it was sent; to be trusted only once a digest fits. Null where the scheme says nothing. */
  sentAtMs: (() => number | null) | null;
}

/** A header of signatures that is longer is nobody's. */
const headerChars = 2_000;
/** Signatures in one header, of a sender that rotates its secret. */
const maxOffered = 8;

/** Null: there is no proof at all. An empty `offered`: there is one, and it has not the right form. */
export function readClaim(scheme: SignatureScheme, request: SignedRequest): Claim | null {
  const value = singleHeader(request.headers, scheme.header);
  if (value === null) return null;
  if (value.length > headerChars) return nothing;
  const { body } = request;
  switch (scheme.kind) {
    case 'hmac_sha256_hex':
      return overBody(hexAfter(scheme.prefix, value), body, null);
    case 'hmac_sha256_hex_dated': {
      const sentAt = () => momentIn(body, scheme.sentAt, scheme.unit);
      return overBody(hexAfter(scheme.prefix, value), body, sentAt);
    }
    case 'slack_v0': {
      const at = readSeconds(singleHeader(request.headers, scheme.timestampHeader));
      return at === null ? nothing : dated(hexAfter('v0=', value), at, [`v0:${at}:`, body]);
    }
    case 'stripe_v1':
      return stripeClaim(value, body);
    case 'standard_webhooks': {
      const id = singleHeader(request.headers, scheme.idHeader);
      const at = readSeconds(singleHeader(request.headers, scheme.timestampHeader));
      return id === null || at === null ? nothing : standardClaim(value, id, at, body);
    }
    case 'static_token':
      return tokenClaim(scheme.prefix, value);
  }
}

const nothing: Claim = { offered: [], expected: () => null, sentAtMs: null };

const hmac = (key: string | Buffer, pieces: readonly (string | Uint8Array)[]): Buffer => {
  const digest = createHmac('sha256', key);
  for (const piece of pieces) digest.update(piece);
  return digest.digest();
};

const overBody = (offered: Buffer[], body: Uint8Array, sentAtMs: Claim['sentAtMs']): Claim => ({
  offered,
  expected: (secret) => hmac(secret, [body]),
  sentAtMs,
});

const dated = (
  offered: Buffer[],
  seconds: string,
  pieces: readonly (string | Uint8Array)[],
): Claim => ({
  offered,
  expected: (secret) => hmac(secret, pieces),
  sentAtMs: () => Number(seconds) * 1_000,
});

/** https://docs.stripe.com/webhooks#verify-manually : unknown parts are left out, v0 is for tests. */
function stripeClaim(value: string, body: Uint8Array): Claim {
  const parts = value.split(',').map((part) => part.split('='));
  const times = parts.filter(([name]) => name === 't');
  const at = times.length === 1 ? readSeconds(times[0]?.slice(1).join('=') ?? null) : null;
  if (at === null) return nothing;
  const offered = parts
    .filter(([name]) => name === 'v1')
    .slice(0, maxOffered)
    .flatMap(([, ...rest]) => hexAfter('', rest.join('=')));
  return dated(offered, at, [`${at}.`, body]);
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
function standardClaim(value: string, id: string, at: string, body: Uint8Array): Claim {
  const offered = value
    .split(' ')
    .slice(0, maxOffered)
    .flatMap((item) => {
      const digest = item.startsWith('v1,') ? readBase64(item.slice(3)) : null;
      return digest?.length === 32 ? [digest] : [];
    });
  return {
    offered,
    expected: (secret) => {
      const key = readBase64(secret.replace(/^whsec_/, ''));
      return key && key.length > 0 ? hmac(key, [`${id}.${at}.`, body]) : null;
    },
    sentAtMs: () => Number(at) * 1_000,
  };
}

/** Hashed on both sides, so that the comparison is between equal lengths. */
function tokenClaim(prefix: string, value: string): Claim {
  const token = value.startsWith(prefix) ? value.slice(prefix.length) : '';
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return {
    offered: token === '' ? [] : [hash(token)],
    expected: (secret) => (secret === '' ? null : hash(secret)),
    sentAtMs: null,
  };
}

/** Node's hex decoding skips what it does not know, so the text is held against its exact form. */
function hexAfter(prefix: string, value: string): Buffer[] {
  const hex = value.startsWith(prefix) ? value.slice(prefix.length) : '';
  return /^[0-9a-f]{64}$/i.test(hex) ? [Buffer.from(hex, 'hex')] : [];
}

/** Canonical base64 with padding, or nothing: Node's decoding skips what it does not know. */
function readBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

const readSeconds = (text: string | null): string | null =>
  text !== null && /^\d{1,11}$/.test(text) ? text : null;

function momentIn(body: Uint8Array, path: readonly string[], unit: 'ms' | 's'): number | null {
  const value = atPath(parse(body), path);
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  return unit === 'ms' ? value : value * 1_000;
}

function parse(body: Uint8Array): Json {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')) as Json;
  } catch {
    return null;
  }
}
