import type { KeyObject } from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { HubError } from '#lib/core/index';

/** 32 bytes each, base64url without padding: the form in which settings carry them. */
export interface KeyPair {
  publicKey: string;
  privateKey: string;
}

/** PKCS #8 wrapping of a raw X25519 private key (RFC 8410 §7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
const rawKeyPattern = /^[A-Za-z0-9_-]{43}$/;

/** A new X25519 pair (RFC 7748). */
export function generateKeyPair(): KeyPair {
  const pair = generateKeyPairSync('x25519');
  const { x, d } = pair.privateKey.export({ format: 'jwk' });
  if (x === undefined || d === undefined) throw unusable();
  return { publicKey: x, privateKey: d };
}

export function publicKeyObject(publicKey: string | Buffer): KeyObject {
  const x = typeof publicKey === 'string' ? publicKey : publicKey.toString('base64url');
  if (!rawKeyPattern.test(x)) throw unusable();
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
  } catch (cause) {
    throw unusable(cause);
  }
}

export function privateKeyObject(privateKey: string): KeyObject {
  if (!rawKeyPattern.test(privateKey)) throw unusable();
  const key = Buffer.concat([pkcs8Prefix, Buffer.from(privateKey, 'base64url')]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** The raw public half of a private key. */
export function publicKeyOf(privateKey: string): string {
  const { x } = createPublicKey(privateKeyObject(privateKey)).export({ format: 'jwk' });
  if (x === undefined) throw unusable();
  return x;
}

/** Names a key without revealing it: the first 8 bytes of its SHA-256, in hex. */
export function keyIdOf(publicKey: string): string {
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest();
  return digest.subarray(0, keyIdBytes).toString('hex');
}

export const keyIdBytes = 8;

const unusable = (cause?: unknown): HubError =>
  new HubError('security.sealed_value_invalid', 'A sealing key is not a usable X25519 key', {
    cause,
  });
