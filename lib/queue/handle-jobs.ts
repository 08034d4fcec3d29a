import type { JsonObject } from '#lib/core/index';
import { type Db, isUnavailable } from '#lib/db/index';
import { counter, histogram, type Logger } from '#lib/observability/index';

export interface Job {
  id: string;
  payload: JsonObject;
  /** Aborted when the job has taken too long or the process stops. */
  signal: AbortSignal;
}

export type JobHandler = (job: Job) => Promise<void>;

interface Desk {
  name: string;
  db: Db;
  log: Logger;
}

interface FetchedJob {
  id: string;
  data: JsonObject;
  signal: AbortSignal;
}

/** While PostgreSQL restarts a finished job cannot be settled, so its handler's end waits for it. */
const awaitDatabaseMs = 20_000;
const lookEveryMs = 200;

const handled = counter('patchbay_jobs_total', 'Jobs handled, by queue and outcome', [
  'queue',
  'outcome',
]);
const duration = histogram('patchbay_job_seconds', 'Time a handler took', ['queue']);

/** Runs a batch side by side. Never throws: the rows say what is still due. */
export async function handleJobs(
  desk: Desk,
  jobs: readonly FetchedJob[],
  handler: JobHandler,
): Promise<void> {
  await Promise.all(jobs.map((job) => handleOne(desk, job, handler)));
}

async function handleOne(desk: Desk, job: FetchedJob, handler: JobHandler): Promise<void> {
  const stop = duration.startTimer({ queue: desk.name });
  try {
    await handler({ id: job.id, payload: job.data, signal: job.signal });
    handled.inc({ queue: desk.name, outcome: 'done' });
  } catch (error) {
    handled.inc({ queue: desk.name, outcome: 'failed' });
    desk.log.error('A job failed; its row stays due', {
      queue: desk.name,
      job_id: job.id,
      err: error,
    });
    if (isUnavailable(error)) await databaseBack(desk.db, job.signal);
  } finally {
    stop();
  }
}

async function databaseBack(db: Db, signal: AbortSignal): Promise<void> {
  const until = Date.now() + awaitDatabaseMs;
  while (!signal.aborted && Date.now() < until) {
    const isBack = await db`select 1`.then(
      () => true,
      () => false,
    );
    if (isBack) return;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
