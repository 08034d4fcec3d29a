import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { HubError } from '#lib/core/index';

/**
 * What a passed-on call and its answer look like in a command's row: ciphertext. The web process
 * makes a key for the one call, seals it to the worker and keeps it in memory to read the answer, so
 * that neither the table nor a backup of it holds what a service said to somebody.
 */
export const proxyKeyField = 'proxy_key';
export const makeProxyKey = (): Buffer => randomBytes(32);

type Direction = 'request' | 'answer';

const algorithm = 'aes-256-gcm';
const tagBytes = 16;

/** Each key encrypts two messages, one in each direction, so the nonce tells them apart. */
const nonceOf = (direction: Direction): Buffer => {
  const nonce = Buffer.alloc(12);
  nonce[11] = direction === 'request' ? 1 : 2;
  return nonce;
};

export function encryptPart(
  key: Buffer,
  part: { commandId: string; direction: Direction },
  bytes: Uint8Array,
): string {
  const cipher = createCipheriv(algorithm, key, nonceOf(part.direction), {
    authTagLength: tagBytes,
  });
  cipher.setAAD(Buffer.from(part.commandId, 'utf8'));
  const text = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([cipher.getAuthTag(), text]).toString('base64');
}

/** Throws `security.sealed_value_invalid` for anything this key did not write for this command. */
export function decryptPart(
  key: Buffer,
  part: { commandId: string; direction: Direction },
  encrypted: string,
): Buffer {
  const bytes = Buffer.from(encrypted, 'base64');
  try {
    const decipher = createDecipheriv(algorithm, key, nonceOf(part.direction), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(part.commandId, 'utf8'));
    decipher.setAuthTag(bytes.subarray(0, tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(tagBytes)), decipher.final()]);
  } catch (cause) {
    throw new HubError('security.sealed_value_invalid', undefined, { cause });
  }
}
