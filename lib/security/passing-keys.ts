import { hkdfSync } from 'node:crypto';
import { type KeyPair, publicKeyOf } from './keys.ts';

/**
 * A pair for what two processes hand each other through the database and keep for hours at most. Both
 * make it of a token they share; with another token what was sealed before cannot be opened any more.
 */
export function passingKeyPair(token: string, purpose: string): KeyPair {
  const seed = hkdfSync('sha256', token, 'patchbay passing keys', purpose, 32);
  const privateKey = Buffer.from(seed).toString('base64url');
  return { privateKey, publicKey: publicKeyOf(privateKey) };
}
