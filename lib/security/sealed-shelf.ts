import type { Db, Tx } from '#lib/db/index';
import type { SealContext } from './envelope.ts';

/** One sealed value as it lies in its table. */
export interface SealedValue extends SealContext {
  envelope: Buffer;
  /** Tells two values of one owner apart. */
  slot: string;
}

/**
 * One kind of sealed value, as the room that owns its table hands it out to be sealed anew. A shelf
 * is read in the order of its owners; what somebody else holds at the moment is left out and found
 * again by the next pass.
 */
export interface SealedShelf {
  name: string;
  /** How many values are not sealed to this key. */
  count(db: Db, keyId: string): Promise<number>;
  /** Values not sealed to this key, of at most so many owners after that one, locked till the end. */
  take(
    tx: Tx,
    want: { keyId: string; after: string | null; limit: number },
  ): Promise<SealedValue[]>;
  /** Puts each back where it was taken from; nothing but envelope and key changes. */
  put(tx: Tx, value: SealedValue, sealed: { envelope: Buffer; keyId: string }): Promise<void>;
}
