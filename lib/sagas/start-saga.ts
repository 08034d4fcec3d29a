import { type JsonObject, newId } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { replay } from './replay.ts';
import type { SagaEvent } from './saga-events.ts';
import { insertEvents, insertSaga } from './store.ts';

export interface NewSaga {
  workspaceId: string;
  connectionId: string | null;
  kind: string;
  /** One saga of a kind and subject is under way at a time. */
  subject: string;
  /** In their order; kept with the saga, so that a later release tells an old one as it was. */
  steps: readonly string[];
  /** Ids and facts, never a secret. */
  input?: JsonObject;
  requestedBy: string | null;
  /** Steps that are done by the very transaction the saga starts in. */
  done?: readonly { step: string; note: string; output?: JsonObject }[];
}

/**
 * Starts a saga in the caller's transaction: with what made it necessary, or not at all. Null when
 * one of this kind and subject is under way already.
 */
export async function startSaga(tx: Tx, saga: NewSaga): Promise<string | null> {
  const id = newId();
  const done = (saga.done ?? []).map(
    ({ step, note, output }): SagaEvent => ({
      type: 'step_completed',
      step,
      note,
      output: output ?? {},
      isLast: false,
    }),
  );
  const events: SagaEvent[] = [
    { type: 'started', input: saga.input ?? {}, steps: [...saga.steps] },
    ...done,
  ];
  const { state } = replay(events.map((event) => ({ ...event, atMs: 0 })));
  const isNew = await insertSaga(tx, { ...saga, id, version: events.length, state });
  if (!isNew) return null;
  await insertEvents(tx, { workspaceId: saga.workspaceId, id }, 0, events);
  await wake(tx, 'sagas');
  return id;
}
