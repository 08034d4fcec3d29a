import type { SealContext } from './envelope.ts';

/** Handed to rooms that open secrets, so that they need not enter the opening door themselves. */
export interface Opener {
  /** Seal to this to be read by the holder of this opener. */
  publicKey: string;
  /** Names of the keys it opens with, the present one first. */
  keyIds: readonly string[];
  /** Throws `security.sealed_value_invalid`. The caller keeps the result no longer than one call. */
  open(envelope: Uint8Array, context: SealContext): Buffer;
}
