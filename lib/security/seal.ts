import { createCipheriv, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { HubError } from '#lib/core/index';
import {
  associatedData,
  messageKey,
  plaintextMaxBytes,
  type SealContext,
  tagBytes,
  writeEnvelope,
  zeroNonce,
} from './envelope.ts';
import { keyIdOf, publicKeyObject } from './keys.ts';

export interface Sealed {
  envelope: Buffer;
  /** Hex name of the key it was sealed to, for the row's key_id column. */
  keyId: string;
}

/**
 * Seals to the holder of the private half of `publicKey`. Whoever seals cannot open again. About
 * 0.15 ms and 57 bytes of overhead.
 */
export function sealTo(
  publicKey: string,
  plaintext: string | Uint8Array,
  context: SealContext,
): Sealed {
  const message = Buffer.from(plaintext);
  if (message.length > plaintextMaxBytes) {
    throw new HubError('request.too_large', 'A secret may have at most 64 kB');
  }
  const recipient = publicKeyObject(publicKey);
  const { privateKey, publicKey: ephemeralKey } = generateKeyPairSync('x25519');
  const ephemeral = Buffer.from(ephemeralKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const shared = diffieHellman({ privateKey, publicKey: recipient });
  const key = messageKey(shared, ephemeral, Buffer.from(publicKey, 'base64url'));
  const keyId = keyIdOf(publicKey);
  const cipher = createCipheriv('aes-256-gcm', key, zeroNonce, { authTagLength: tagBytes });
  cipher.setAAD(associatedData(context, keyId));
  const ciphertext = Buffer.concat([cipher.update(message), cipher.final()]);
  const tag = cipher.getAuthTag();
  return { envelope: writeEnvelope({ keyId, ephemeral, ciphertext, tag }), keyId };
}
