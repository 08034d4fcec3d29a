import type { Clock, Envelope, JsonObject } from '#lib/core/index';
import { type Db, isUnavailable } from '#lib/db/index';
import { counter, histogram, type Logger } from '#lib/observability/index';
import { backoffMs, deathFault, describeFault, type Fault } from './failure-state.ts';
import { clearFailure, holdFailure, noteFailure } from './failure-store.ts';
import { isFailing, type JobData, readJobData } from './job-data.ts';
import { jobBounds } from './queue-table.ts';

export interface Job {
  id: string;
  payload: JsonObject;
  /** What it is and what it follows from. */
  envelope: Envelope;
  /** Workers that began it and were not heard of again. */
  deaths: number;
  /** Aborted when the job has taken too long or the process stops. */
  signal: AbortSignal;
}

export type JobHandler = (job: Job) => Promise<void>;

export interface Desk {
  name: string;
  db: Db;
  clock: Clock;
  log: Logger;
  isStopping(): boolean;
}

export interface FetchedJob {
  id: string;
  data: JsonObject;
  signal: AbortSignal;
  /** Times it was begun before by somebody who did not end it. */
  retryCount: number;
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
  const { name: queue, log } = desk;
  const stop = duration.startTimer({ queue });
  let data: JobData | null = null;
  try {
    data = readJobData(queue, job);
    if (isTooOld(desk, data)) {
      handled.inc({ queue, outcome: 'expired' });
      log.warn('A job was dropped: it waited too long', { ...fieldsOf(queue, job, data) });
    } else if (job.retryCount >= jobBounds.deaths) {
      handled.inc({ queue, outcome: 'died' });
      await keepFailure(desk, job, data, deathFault);
    } else {
      await handler({
        id: job.id,
        payload: data.payload,
        envelope: data.envelope,
        deaths: job.retryCount,
        signal: job.signal,
      });
      handled.inc({ queue, outcome: 'done' });
      log.debug('A job is done', fieldsOf(queue, job, data));
      if (data.key !== null && isFailing(data.envelope)) {
        await clearFailure(desk.db, queue, data.key);
      }
    }
  } catch (error) {
    await afterThrow(desk, job, data, error);
  } finally {
    stop();
  }
}

const isTooOld = ({ clock }: Desk, { envelope }: JobData): boolean =>
  clock.now() - Date.parse(envelope.at) > jobBounds.ageMs;

const fieldsOf = (queue: string, job: FetchedJob, data: JobData | null) => ({
  queue,
  job_id: job.id,
  correlation_id: data?.envelope.correlation ?? null,
  workspace_id: data?.workspace_id ?? null,
});

/** Nothing of this may throw: a job that cannot be told of is still ended. */
async function afterThrow(
  desk: Desk,
  job: FetchedJob,
  data: JobData | null,
  error: unknown,
): Promise<void> {
  handled.inc({ queue: desk.name, outcome: 'failed' });
  desk.log.error('A job failed; its row stays due', {
    ...fieldsOf(desk.name, job, data),
    err: error,
  });
  // Neither a database that was away nor a process that ends says anything about the row.
  if (isUnavailable(error)) await databaseBack(desk.db, job.signal);
  else if (data && !desk.isStopping()) {
    await keepFailure(desk, job, data, describeFault(error)).catch((fault: unknown) => {
      desk.log.error('A failure was not written down', {
        ...fieldsOf(desk.name, job, data),
        err: fault,
      });
    });
  }
}

async function keepFailure(
  { name: queue, db, clock, log }: Desk,
  job: FetchedJob,
  { key, workspace_id: workspaceId, envelope }: JobData,
  { code, reason }: Fault,
): Promise<void> {
  if (key === null) return;
  const jobId = job.id;
  const { correlation } = envelope;
  const count = await noteFailure(db, {
    queue,
    key,
    workspaceId,
    code,
    reason,
    jobId,
    correlation,
  });
  const restMs = backoffMs(count, clock.random());
  await holdFailure(db, { queue, key }, restMs);
  log.warn('It is left alone for a while', {
    queue,
    job_id: jobId,
    correlation_id: correlation,
    workspace_id: workspaceId,
    code,
    count,
    ms: restMs,
  });
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
