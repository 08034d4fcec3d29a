import type { Clock } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { type Db, transaction } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import type { SagaDefinition, SagaStep } from './definition.ts';
import { replay } from './replay.ts';
import type { SagaEvent, StoredEvent } from './saga-events.ts';
import { insertEvents, lockHeld, saveProjection, type TakenSaga } from './store.ts';

export interface SagaDeps {
  /** As the worker. */
  db: Db;
  definitions: Readonly<Record<string, SagaDefinition>>;
  clock: Clock;
  log: Logger;
}

/** A saga in this worker's hands. `events` and `nowMs` move on with what is appended. */
export interface HeldWork {
  deps: SagaDeps;
  saga: TakenSaga;
  steps: readonly SagaStep[];
  events: StoredEvent[];
  /** The database's time, as of the last look. */
  nowMs: number;
}

/** Another worker has the saga: what this one found out is not written. */
export class SagaLost extends Error {}

/**
 * Appends in one transaction with the row's projection, and with `write` when a step consists of
 * rows of ours. Only whoever holds the epoch and has decided on the last event may: else SagaLost.
 */
export async function append<T>(
  work: HeldWork,
  write: (tx: Tx) => Promise<{ events: readonly SagaEvent[]; answer: T }>,
): Promise<T> {
  const { saga, events: known } = work;
  const held = {
    workspaceId: saga.workspace_id,
    id: saga.id,
    epoch: saga.epoch,
    version: known.length,
  };
  const done = await transaction(work.deps.db, async (tx) => {
    if (!(await lockHeld(tx, held))) throw new SagaLost();
    const { events, answer } = await write(tx);
    const atMs = await insertEvents(tx, held, known.length, events);
    const stored = [...known, ...events.map((event) => ({ ...event, atMs }))];
    const { state } = replay(stored);
    const isOver = state === 'completed' || state === 'failed' || state === 'compensated';
    await saveProjection(tx, held, { version: stored.length, state, isOver });
    return { stored, atMs, answer };
  });
  work.events = done.stored;
  work.nowMs = done.atMs;
  return done.answer;
}

export const appendEvents = (work: HeldWork, events: readonly SagaEvent[]): Promise<void> =>
  append(work, () => Promise.resolve({ events, answer: undefined }));
