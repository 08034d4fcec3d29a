import type { JsonObject } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import { enqueueDueSagas, type SagaDeps, type SagaStep, workSaga } from '#lib/sagas/index';

/** A queue that hands its jobs to the test. */
export function handing(): {
  jobs: JsonObject[];
  queue: { send(tx: unknown, name: string, sent: { payload: JsonObject }[]): Promise<void> };
} {
  const jobs: JsonObject[] = [];
  return {
    jobs,
    queue: {
      send: async (_tx, _name, sent) => {
        jobs.push(...sent.map(({ payload }) => payload));
      },
    },
  };
}

/** The same sagas without their pauses: what is tried again is tried again at once. */
export const hasty = (deps: SagaDeps): SagaDeps => ({
  ...deps,
  definitions: Object.fromEntries(
    Object.entries(deps.definitions).map(([kind, definition]) => [
      kind,
      { ...definition, steps: definition.steps.map(withoutPause) },
    ]),
  ),
});

const withoutPause = (step: SagaStep): SagaStep => ({
  ...step,
  retry: { ...step.retry, firstMs: 1, mostMs: 1 },
});

const soonMs = 50;

/** Works on sagas until none is due soon: all have ended, or wait for something else. */
export async function runSagas(
  deps: SagaDeps,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  for (;;) {
    const { jobs, queue } = handing();
    await enqueueDueSagas({ db: deps.db, queue });
    await Promise.all(jobs.map((job) => workSaga(deps, job, signal)));
    if (jobs.length === 0 && !(await isAnySoon(deps.db))) return;
  }
}

async function isAnySoon(db: Db): Promise<boolean> {
  const rows = await db`
    select 1 from public.sagas where state in ('pending', 'running', 'compensating')
      and (lease_until is null or lease_until < now())
      and next_attempt_at < now() + ${`${soonMs} milliseconds`}::interval`;
  return rows.length > 0;
}
