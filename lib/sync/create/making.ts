import type { CreateManifest } from '#lib/connectors/protocol/index';
import type { HubError, JsonObject } from '#lib/core/index';
import { type Tx, transaction, wake } from '#lib/db/index';
import { backoffMs } from '../backoff.ts';
import { type Lens, lensOf, readRules } from '../lens/index.ts';
import { retryDeadlock } from '../retry-deadlock.ts';
import type { OpenedConnection, SyncDeps } from '../sync-deps.ts';
import {
  type CreationRelease,
  type HeldCreation,
  lockCreation,
  releaseCreation,
} from './creation-store.ts';

/**
 * skipped: somebody else has it, or it has ended. waiting: it is looked at again soon. postponed: it
 * failed and is tried again later. unknown: what became of the call is not known yet.
 */
export type CreateOutcome =
  | 'skipped'
  | 'done'
  | 'refused'
  | 'cancelled'
  | 'waiting'
  | 'postponed'
  | 'unknown';

/** A creation in somebody's hands. */
export interface Making {
  deps: SyncDeps;
  held: HeldCreation;
  epoch: number;
}

/** The same with the connection opened. */
export interface OpenMaking extends Making {
  opened: OpenedConnection;
  creates: CreateManifest;
  /** Fields the connector can write, and what they take where that is less than the kind has. */
  writable: readonly string[];
  takes: Readonly<Record<string, readonly string[]>>;
}

export const lensOfCreation = ({ kind, rules }: HeldCreation): Lens =>
  lensOf(kind, readRules(rules));

/** Runs under the locks of record and creation, unless somebody else has it by now. */
export function settle(
  making: Making,
  work: (tx: Tx, held: HeldCreation) => Promise<CreateOutcome>,
): Promise<CreateOutcome> {
  const { deps, held, epoch } = making;
  return retryDeadlock(() =>
    transaction(deps.db, async (tx) => {
      const now = await lockCreation(tx, held.workspace_id, held.id, epoch);
      if (!now) return 'skipped';
      if (now.linked !== null) return endWith(tx, now, now.linked);
      return work(tx, now);
    }),
  );
}

/** The record has its object. */
export async function endWith(tx: Tx, held: HeldCreation, linkId: string): Promise<'done'> {
  await releaseCreation(tx, held, {
    state: 'done',
    error: null,
    attempts: held.attempts,
    nextAfterMs: null,
    linkId,
  });
  // Children wait for their parent, and strangers for what was under way.
  await wake(tx, 'creations');
  await wake(tx, 'push');
  return 'done';
}

/** `without`: fields that are left out of the next call. */
export const errorOf = (
  fault: Pick<HubError, 'code' | 'message'>,
  more: { fields?: readonly string[]; without?: readonly string[] } = {},
): JsonObject => ({
  code: fault.code,
  message: fault.message,
  ...(more.fields?.length ? { fields: [...more.fields] } : {}),
  ...(more.without?.length ? { without: [...more.without] } : {}),
});

/**
 * Nothing could be done now; it comes back after a backoff. Who is only told to wait comes back then:
 * that is no failure, and of many that wait for room none waits ever longer. A call that was made stays
 * to be looked for.
 */
export function postpone(
  making: Making,
  fault: HubError,
  call: 'not made' | 'took nothing' | 'unknown',
): Promise<CreateOutcome> {
  return settle(making, async (tx, held) => {
    const { afterMs } = fault;
    const isToldWhen = fault.code === 'provider.rate_limited' && afterMs !== undefined;
    const attempts = isToldWhen ? held.attempts : held.attempts + 1;
    const isUnknown = call === 'unknown' || (call === 'not made' && held.state !== 'owed');
    await releaseCreation(tx, held, {
      state: isUnknown ? 'unknown' : 'owed',
      error: errorOf(fault, { without: leftOut(held) }),
      attempts,
      nextAfterMs: isToldWhen
        ? Math.round(afterMs * (1 + making.deps.clock.random() / 4))
        : backoffMs(attempts, fault, making.deps.clock),
      forgetsCall: call === 'took nothing',
    });
    return isUnknown ? 'unknown' : 'postponed';
  });
}

/** It rests as it is for a moment; what was said of it stays to be read. */
export async function rest(
  tx: Tx,
  held: HeldCreation,
  release: Partial<CreationRelease> & { nextAfterMs: number | null },
): Promise<void> {
  const { state, error, attempts } = held;
  await releaseCreation(tx, held, { state, error, attempts, ...release });
}

/** Fields that were refused when it was tried, and are left out of the call. */
export const leftOut = (held: HeldCreation): string[] => {
  const fields = held.error?.['without'];
  return Array.isArray(fields) ? fields.filter((field) => typeof field === 'string') : [];
};
