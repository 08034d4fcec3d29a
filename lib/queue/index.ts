/**
 * queue: durable work for the worker, on pg-boss, behind one door.
 *
 * Invariants
 * - A row of the product says what is due; a job only says "look now". Losing every job loses time,
 *   never work: the sweeps find due rows again.
 * - Jobs of one key run one at a time, in the order sent, over all workers. A handler that throws
 *   completes its job, so no key is ever blocked by one bad event.
 * - A worker killed at any line leaves jobs that run again within seconds (heartbeat); PostgreSQL
 *   restarting makes nobody exit.
 *
 * The web process never enters: it writes rows and calls `wake`.
 */
import 'server-only';

export { createQueue, type Queue } from './create-queue.ts';
export { installQueue } from './install.ts';
export { type Sweep, type Sweeps, startSweeps } from './sweeps.ts';
