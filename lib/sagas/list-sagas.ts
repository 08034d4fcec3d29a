import { limits } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { type CompensationView, replay, type StepView } from './replay.ts';
import type { Saga } from './schema.ts';
import { type SagaRow, selectEvents, selectSagas, selectSagasAbout } from './store.ts';

/** The newest sagas of a connection, each rebuilt from its events. */
export async function listSagas(
  tx: Tx,
  at: { workspaceId: string; connectionId: string },
): Promise<Saga[]> {
  return toSagas(tx, at, await selectSagas(tx, at.connectionId, limits.pageRowsDefault));
}

/** The newest sagas about one thing, a record or a stream. */
export async function listSagasAbout(
  tx: Tx,
  at: { workspaceId: string; subject: string },
): Promise<Saga[]> {
  return toSagas(tx, at, await selectSagasAbout(tx, at.workspaceId, at.subject, subjectRows));
}
const subjectRows = 20;

async function toSagas(
  tx: Tx,
  at: { workspaceId: string },
  rows: readonly SagaRow[],
): Promise<Saga[]> {
  const events = await selectEvents(
    tx,
    at.workspaceId,
    rows.map((row) => row.id),
  );
  return rows.map(({ id, kind, subject, created_at, finished_at }) => {
    const view = replay(events.get(id) ?? []);
    const steps = view.steps.map(toStep);
    return { id, kind, subject, state: view.state, steps, created_at, finished_at };
  });
}

const toTime = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString();

const toStep = (step: StepView): Saga['steps'][number] => ({
  name: step.name,
  state: step.state,
  attempts: step.attempts,
  note: step.note,
  error: step.error,
  began_at: toTime(step.beganAtMs),
  ended_at: toTime(step.endedAtMs),
  next_attempt_at: toTime(step.retryAtMs),
  compensation: step.compensation && toCompensation(step.compensation),
});

const toCompensation = (view: CompensationView) => ({
  state: view.state,
  attempts: view.attempts,
  note: view.note,
  error: view.error,
  began_at: toTime(view.beganAtMs),
  ended_at: toTime(view.endedAtMs),
});
