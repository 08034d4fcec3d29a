import { hkdfSync } from 'node:crypto';
import { HubError } from '#lib/core/index';
import { keyIdBytes } from './keys.ts';

/**
 * An envelope: version (1 byte), key id (8), ephemeral public key (32), ciphertext, tag (16).
 * X25519 + HKDF-SHA256 + AES-256-GCM. It is a sealed box of our own and not RFC 9180 on the wire;
 * HPKE's library was slower by three times and would only buy interoperability nobody asks for.
 */
export const envelopeVersion = 1;
const publicKeyBytes = 32;
export const tagBytes = 16;
const headBytes = 1 + keyIdBytes + publicKeyBytes;
/** What sealing adds to the plaintext. */
export const envelopeOverheadBytes = headBytes + tagBytes;
/** Nothing we seal (tokens, codes, secrets) comes near this. */
export const plaintextMaxBytes = 65_536;

/** What a sealed value belongs to; an envelope moved to another row, field or workspace does not open. */
export interface SealContext {
  workspaceId: string;
  /** Id of the row that owns the secret: connection, app, endpoint, command. */
  ownerId: string;
  field: string;
}

export interface EnvelopeParts {
  keyId: string;
  ephemeral: Buffer;
  ciphertext: Buffer;
  tag: Buffer;
}

/** Every part is length-prefixed, so that no two contexts share an encoding. */
export function associatedData(context: SealContext, keyId: string): Buffer {
  const parts = [context.workspaceId, context.ownerId, context.field, keyId];
  return Buffer.concat([
    Buffer.from([envelopeVersion]),
    ...parts.flatMap((part) => {
      const bytes = Buffer.from(part, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  ]);
}

/** One key per message: the ephemeral key is fresh each time, so the nonce may be zero. */
export const zeroNonce = Buffer.alloc(12);

export function messageKey(shared: Buffer, ephemeral: Buffer, recipient: Buffer): Buffer {
  const salt = Buffer.concat([ephemeral, recipient]);
  return Buffer.from(hkdfSync('sha256', shared, salt, 'patchbay sealed box v1', 32));
}

export function writeEnvelope(parts: EnvelopeParts): Buffer {
  return Buffer.concat([
    Buffer.from([envelopeVersion]),
    Buffer.from(parts.keyId, 'hex'),
    parts.ephemeral,
    parts.ciphertext,
    parts.tag,
  ]);
}

/** A value that is not an envelope is refused; there is no plaintext to fall back to. */
export function readEnvelope(envelope: Uint8Array): EnvelopeParts {
  const bytes = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength);
  const fits =
    bytes.length >= envelopeOverheadBytes &&
    bytes.length <= envelopeOverheadBytes + plaintextMaxBytes;
  if (!fits || bytes[0] !== envelopeVersion) {
    throw new HubError('security.sealed_value_invalid', 'A sealed value is not an envelope', {
      details: { reason: 'malformed' },
    });
  }
  return {
    keyId: bytes.subarray(1, 1 + keyIdBytes).toString('hex'),
    ephemeral: bytes.subarray(1 + keyIdBytes, headBytes),
    ciphertext: bytes.subarray(headBytes, bytes.length - tagBytes),
    tag: bytes.subarray(bytes.length - tagBytes),
  };
}
