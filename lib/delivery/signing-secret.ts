import { HubError } from '#lib/core/index';

/** Standard Webhooks: the prefix tells a secret from other things that are pasted. */
const prefix = 'whsec_';
/** Standard Webhooks 1.0: a secret has between 24 and 64 bytes. */
const secretMinBytes = 24;
const secretMaxBytes = 64;
/** What we make: as long as the digest it keys. */
const madeBytes = 32;
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** A new secret as it is shown once; chance is handed in. */
export function writeSigningSecret(randomBytes: (size: number) => Uint8Array): string {
  return prefix + Buffer.from(randomBytes(madeBytes)).toString('base64');
}

/** The key a secret stands for. Throws where it is none, without repeating it. */
export function readSigningSecret(text: string): Buffer {
  const encoded = text.startsWith(prefix) ? text.slice(prefix.length) : '';
  const key = base64.test(encoded) ? Buffer.from(encoded, 'base64') : Buffer.alloc(0);
  if (key.length < secretMinBytes || key.length > secretMaxBytes) {
    throw new HubError('internal.unexpected', 'This is not a signing secret.');
  }
  return key;
}
