/**
 * security/kms: the door by which a process gets its private keys when they do not stand in its
 * settings in the clear. A setting then holds a *wrapped* key, which is worth nothing without the
 * key-encryption key (KEK) of the KMS.
 *
 * Invariants: a wrapped key opens only under the name it was wrapped for; what cannot be unwrapped
 * stops the process; no KEK is ever written by the hub. The one implementation is a KEK in a local
 * file (`fileKms`). A cloud KMS or Vault Transit is another `Kms` of two calls; none is included.
 */
import 'server-only';

import { HubError } from '#lib/core/index';

/** Whoever holds the KEK. Both calls may go over a network; they are made once, at the start. */
export interface Kms {
  /** Answers what `unwrap` takes: bytes of the implementation's own. `name` is bound to them. */
  wrap(name: string, key: Buffer): Promise<Buffer>;
  unwrap(name: string, wrapped: Buffer): Promise<Buffer>;
}

export { fileKms } from './kms-file.ts';

const mark = 'wrapped:';

export const isWrapped = (setting: string): boolean => setting.startsWith(mark);

/** The text of a setting that holds this key wrapped. */
export async function wrapKey(kms: Kms, name: string, privateKey: string): Promise<string> {
  const wrapped = await kms.wrap(name, Buffer.from(privateKey, 'base64url'));
  return mark + wrapped.toString('base64url');
}

/** A private key as the settings hold it, in the clear or wrapped. Throws `env.invalid`. */
export async function unwrapKey(kms: Kms | null, name: string, setting: string): Promise<string> {
  if (!isWrapped(setting)) return setting;
  if (!kms) {
    throw new HubError(
      'env.invalid',
      `${name} is wrapped, and SEAL_KEK_FILE does not say with what.`,
    );
  }
  const wrapped = Buffer.from(setting.slice(mark.length), 'base64url');
  const key = await kms.unwrap(name, wrapped).catch((cause: unknown) => {
    throw new HubError(
      'env.invalid',
      `${name} cannot be unwrapped with the key of SEAL_KEK_FILE.`,
      {
        cause,
      },
    );
  });
  return key.toString('base64url');
}
