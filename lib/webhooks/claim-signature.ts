import {
  createHmac,
  createPublicKey,
  type KeyObject,
  timingSafeEqual,
  verify as verifyWith,
} from 'node:crypto';
import type { SignedScheme } from '#lib/connectors/protocol/index';
import { readBase64, readHex } from './decode-strict.ts';
import type { Content } from './signed-content.ts';

type HmacScheme = Extract<SignedScheme, { kind: 'hmac' }>;
type PublicKeyScheme = Exclude<SignedScheme, HmacScheme>;

const digestBytes = { sha1: 20, sha256: 32, sha512: 64 } as const;

/** Every signature is compared with every content whichever fits, so that the time tells nothing. */
export function hmacFits(
  scheme: HmacScheme,
  secret: string,
  contents: readonly Content[],
  offered: readonly Buffer[],
): boolean {
  const key = readKey(scheme.key, secret);
  if (key === null) return false;
  let isFit = false;
  for (const content of contents) {
    const digest = createHmac(scheme.alg, key);
    for (const piece of content) digest.update(piece);
    const expected = digest.digest();
    for (const signature of offered) {
      // timingSafeEqual throws on different lengths.
      if (signature.length !== digestBytes[scheme.alg]) continue;
      isFit = timingSafeEqual(signature, expected) || isFit;
    }
  }
  return isFit;
}

function readKey(form: HmacScheme['key'], secret: string): string | Buffer | null {
  switch (form) {
    case 'text':
      return secret === '' ? null : secret;
    case 'hex':
      return readHex(secret);
    case 'base64':
      return readBase64(secret);
    case 'whsec':
      return readBase64(secret.replace(/^whsec_/, ''));
  }
}

/** Of a public key there is nothing to be kept secret, so the first that fits is enough. */
export function publicKeyFits(
  scheme: PublicKeyScheme,
  pasted: string,
  contents: readonly Content[],
  offered: readonly Buffer[],
): boolean {
  const key = readPublicKey(scheme, pasted);
  if (key === null) return false;
  const algorithm = scheme.kind === 'ed25519' ? null : 'sha256';
  return contents.some((content) => {
    const bytes = Buffer.concat(
      content.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
    );
    return offered.some((signature) => isSigned(algorithm, bytes, key, signature));
  });
}

/** A signature that cannot even be read is a wrong one. */
function isSigned(
  algorithm: 'sha256' | null,
  bytes: Buffer,
  key: KeyObject,
  signature: Buffer,
): boolean {
  try {
    return verifyWith(algorithm, bytes, key, signature);
  } catch {
    return false;
  }
}

/** RFC 8410 §4: what stands before the 32 bytes of an Ed25519 key. */
const ed25519Head = Buffer.from('302a300506032b6570032100', 'hex');

/** Null for a text that is no key of the scheme's own kind: another kind would be another algorithm. */
function readPublicKey(scheme: PublicKeyScheme, pasted: string): KeyObject | null {
  try {
    const key = parsePublicKey(scheme, pasted);
    const isRight =
      scheme.kind === 'ed25519'
        ? key?.asymmetricKeyType === 'ed25519'
        : scheme.kind === 'rsa'
          ? key?.asymmetricKeyType === 'rsa'
          : key?.asymmetricKeyType === 'ec' &&
            key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
    return isRight ? key : null;
  } catch {
    return null;
  }
}

function parsePublicKey(scheme: PublicKeyScheme, pasted: string): KeyObject | null {
  if (scheme.key === 'pem') return createPublicKey(pasted);
  const bytes =
    scheme.key === 'hex'
      ? readHex(pasted)
      : readBase64(scheme.key === 'whpk' ? pasted.replace(/^whpk_/, '') : pasted);
  if (bytes === null) return null;
  if (scheme.kind !== 'ed25519')
    return createPublicKey({ key: bytes, format: 'der', type: 'spki' });
  if (bytes.length !== 32) return null;
  return createPublicKey({
    key: Buffer.concat([ed25519Head, bytes]),
    format: 'der',
    type: 'spki',
  });
}
