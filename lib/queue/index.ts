/**
 * queue: durable work for the worker, on pg-boss, behind one door.
 *
 * Invariants
 * - A row of the product says what is due; a job only says "look now". Losing every job loses time,
 *   never work: the sweeps find due rows again, and a watch looks that they do.
 * - Jobs of one key run one at a time, in the order sent, over all workers. A handler that throws
 *   completes its job, so no key is ever blocked by one bad event; what keeps failing is written down
 *   with its reason and tried again ever more rarely.
 * - Workspaces have their turn: in what sweeps take (`dueInTurn` of db), in what waits, in what runs.
 * - A worker killed at any line leaves jobs that run again within seconds (heartbeat); PostgreSQL
 *   restarting makes nobody exit.
 *
 * The web process runs nothing of it: it writes rows and calls `wake`, and reads and rules queues
 * for the System page.
 */
import 'server-only';

export { createQueue, type Queue } from './create-queue.ts';
export type { WorkOptions } from './fetchers.ts';
export type { Job, JobHandler } from './handle-jobs.ts';
export { installQueue } from './install.ts';
export type { NewJob } from './job-data.ts';
export { type QueueName, queueOptions, queueTable } from './queue-table.ts';
export { readInstance, readOwedWork, redrive, ruleQueue } from './read-queues.ts';
export { type Sweep, type Sweeps, type Swept, startSweeps } from './sweeps.ts';
export { createWatch, leaveWatch, type WatchOptions, watchSweep } from './watch-owed.ts';
