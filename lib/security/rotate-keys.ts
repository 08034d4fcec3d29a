import { isHubError, newId } from '#lib/core/index';
import { type Db, type Tx, transaction } from '#lib/db/index';
import type { Opener } from './opener.ts';
import {
  beginRotation,
  countDone,
  endRotation,
  hasDissent,
  lastRefused,
} from './rotation-store.ts';
import type { KeyClass } from './schema.ts';
import { sealTo } from './seal.ts';
import type { SealedShelf, SealedValue } from './sealed-shelf.ts';

/** What the people of the installation are told of, in the transaction that it happens in. */
export type RotationNews =
  | { type: 'started' | 'finished'; class: KeyClass; keyId: string; total: number; refused: number }
  | { type: 'refused'; value: Omit<SealedValue, 'envelope'> };

export interface RotationDeps {
  db: Db;
  class: KeyClass;
  /** One per process. */
  holder: string;
  opener: Opener;
  shelves: readonly SealedShelf[];
  tell(tx: Tx, news: RotationNews): Promise<void>;
}

/** Owners of one transaction: it holds their rows for about 50 ms, and a kill costs no more. */
const batchOwners = 100;

export type RotationOutcome =
  /** Everything that can be opened is sealed to the present key. */
  | 'settled'
  /** Another process of the class has another present key: sealing would go back and forth. */
  | 'waiting'
  /** Somebody held some of the rows, or we were stopped; another pass finds them. */
  | 'again';

/**
 * Seals what is not sealed to the present key anew, in batches. The rows themselves say what is left
 * to do, so it goes on wherever it was cut off, and any number of processes share it. Readers go on
 * meanwhile: they open with every key of their ring, and a value is the same before and after.
 */
export async function rotateKeys(
  deps: RotationDeps,
  signal: AbortSignal,
): Promise<RotationOutcome> {
  const at = { class: deps.class, keyId: deps.opener.keyIds[0] ?? '' };
  if (await hasDissent(deps.db, { ...deps, keyIds: deps.opener.keyIds })) return 'waiting';
  const total = await countLeft(deps, at.keyId);
  // What could not be opened last time is not a reason to begin again.
  const known = total === 0 ? 0 : await lastRefused(deps.db, at);
  if (total <= known) {
    await finish(deps, { ...at, refused: total });
    return 'settled';
  }
  await transaction(deps.db, async (tx) => {
    if (!(await beginRotation(tx, { ...at, id: newId(), total }))) return;
    await deps.tell(tx, { type: 'started', ...at, total, refused: 0 });
  });
  let refused = 0;
  for (const shelf of deps.shelves) refused += await sealShelf(deps, shelf, at, signal);
  if (signal.aborted || (await countLeft(deps, at.keyId)) > refused) return 'again';
  await finish(deps, { ...at, refused });
  return 'settled';
}

interface Target {
  class: KeyClass;
  keyId: string;
}

async function countLeft({ db, shelves }: RotationDeps, keyId: string): Promise<number> {
  let left = 0;
  for (const shelf of shelves) left += await shelf.count(db, keyId);
  return left;
}

/** One pass over a shelf; answers how many values no key at hand opens. */
async function sealShelf(
  deps: RotationDeps,
  shelf: SealedShelf,
  at: Target,
  signal: AbortSignal,
): Promise<number> {
  let after: string | null = null;
  let refused = 0;
  while (!signal.aborted) {
    const batch: Batch = await transaction(deps.db, (tx) => sealBatch(deps, tx, shelf, at, after));
    refused += batch.refused;
    if (batch.last === null) break;
    after = batch.last;
  }
  return refused;
}

interface Batch {
  last: string | null;
  refused: number;
}

async function sealBatch(
  deps: RotationDeps,
  tx: Tx,
  shelf: SealedShelf,
  at: Target,
  after: string | null,
): Promise<Batch> {
  const values = await shelf.take(tx, { keyId: at.keyId, after, limit: batchOwners });
  let done = 0;
  for (const value of values) {
    const plaintext = tryOpen(deps.opener, value);
    if (plaintext === null) {
      const { envelope: _, ...named } = value;
      await deps.tell(tx, { type: 'refused', value: named });
      continue;
    }
    await shelf.put(tx, value, sealTo(deps.opener.publicKey, plaintext, value));
    plaintext.fill(0);
    done += 1;
  }
  if (done > 0) await countDone(tx, { ...at, done });
  return { last: values.at(-1)?.ownerId ?? null, refused: values.length - done };
}

function tryOpen(opener: Opener, value: SealedValue): Buffer | null {
  try {
    return opener.open(value.envelope, value);
  } catch (error) {
    if (isHubError(error)) return null;
    throw error;
  }
}

async function finish(deps: RotationDeps, at: Target & { refused: number }): Promise<void> {
  await transaction(deps.db, async (tx) => {
    const total = await endRotation(tx, at);
    if (total !== null) await deps.tell(tx, { type: 'finished', ...at, total });
  });
}
