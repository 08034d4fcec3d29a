import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { HubError } from '#lib/core/index';
import type { Kms } from './kms.ts';

const kekPattern = /^[A-Za-z0-9_-]{43}$/;
const nonceBytes = 12;
const tagBytes = 16;
/** Read or write for group or others. */
const openToOthers = 0o077;

/**
 * A KEK of 32 bytes (base64url) in a file only its owner may read, on a disk of its own if it is to
 * be worth something. AES-256-GCM, the name of the setting as associated data.
 */
export function fileKms(path: string): Kms {
  const kek = readKek(path);
  return {
    wrap: (name, key) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', kek, nonce, { authTagLength: tagBytes });
      cipher.setAAD(Buffer.from(name));
      const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
      return Promise.resolve(Buffer.concat([nonce, sealed, cipher.getAuthTag()]));
    },
    unwrap: async (name, wrapped) => {
      if (wrapped.length <= nonceBytes + tagBytes) throw new Error('Too short to be a wrapped key');
      const nonce = wrapped.subarray(0, nonceBytes);
      const decipher = createDecipheriv('aes-256-gcm', kek, nonce, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(name));
      decipher.setAuthTag(wrapped.subarray(wrapped.length - tagBytes));
      const sealed = wrapped.subarray(nonceBytes, wrapped.length - tagBytes);
      return Buffer.concat([decipher.update(sealed), decipher.final()]);
    },
  };
}

function readKek(path: string): Buffer {
  let text: string;
  let mode: number;
  try {
    text = readFileSync(path, 'utf8').trim();
    ({ mode } = statSync(path));
  } catch (cause) {
    throw new HubError('env.invalid', 'The file of SEAL_KEK_FILE cannot be read.', { cause });
  }
  if (process.platform !== 'win32' && (mode & openToOthers) !== 0) {
    throw new HubError(
      'env.invalid',
      'The file of SEAL_KEK_FILE may be read by others than its owner; chmod 600 it.',
    );
  }
  if (!kekPattern.test(text)) {
    throw new HubError(
      'env.invalid',
      'The file of SEAL_KEK_FILE does not hold 32 bytes in base64url.',
    );
  }
  return Buffer.from(text, 'base64url');
}
