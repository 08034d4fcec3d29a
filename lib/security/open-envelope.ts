import type { KeyObject } from 'node:crypto';
import { createDecipheriv, diffieHellman } from 'node:crypto';
import { HubError } from '#lib/core/index';
import {
  associatedData,
  messageKey,
  readEnvelope,
  type SealContext,
  tagBytes,
  zeroNonce,
} from './envelope.ts';
import { keyIdOf, privateKeyObject, publicKeyObject, publicKeyOf } from './keys.ts';

interface OpeningKey {
  private: KeyObject;
  publicRaw: Buffer;
}

/** Opening keys by key id. More than one while a rotation is under way. */
export type KeyRing = ReadonlyMap<string, OpeningKey>;

export function keyRing(privateKeys: readonly string[]): KeyRing {
  return new Map(
    privateKeys.map((privateKey) => {
      const publicKey = publicKeyOf(privateKey);
      const key = {
        private: privateKeyObject(privateKey),
        publicRaw: Buffer.from(publicKey, 'base64url'),
      };
      return [keyIdOf(publicKey), key];
    }),
  );
}

/** Throws `security.sealed_value_invalid` for anything that was not sealed to us for this context. */
export function openEnvelope(ring: KeyRing, envelope: Uint8Array, context: SealContext): Buffer {
  const parts = readEnvelope(envelope);
  const key = ring.get(parts.keyId);
  if (!key) {
    throw new HubError(
      'security.sealed_value_invalid',
      'A sealed value was sealed to a key that is not here',
      { details: { key_id: parts.keyId, reason: 'unknown_key' } },
    );
  }
  try {
    const shared = diffieHellman({
      privateKey: key.private,
      publicKey: publicKeyObject(parts.ephemeral),
    });
    const secret = messageKey(shared, parts.ephemeral, key.publicRaw);
    // Without authTagLength Node accepts tags as short as four bytes.
    const decipher = createDecipheriv('aes-256-gcm', secret, zeroNonce, {
      authTagLength: tagBytes,
    });
    decipher.setAAD(associatedData(context, parts.keyId));
    decipher.setAuthTag(parts.tag);
    return Buffer.concat([decipher.update(parts.ciphertext), decipher.final()]);
  } catch (cause) {
    throw new HubError(
      'security.sealed_value_invalid',
      'A sealed value was changed, or belongs to another row',
      { cause, details: { key_id: parts.keyId, field: context.field, reason: 'changed' } },
    );
  }
}
