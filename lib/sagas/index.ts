/**
 * sagas: work of several steps at several places that ends whole or is taken back, durably.
 *
 * A saga is its events. `replay` tells from them how it stands, `decide` what is next, a worker does
 * it and appends what came of it. Definitions (the steps, and what takes each back) live in hub/sagas.
 *
 * Invariants
 * - Events are only ever appended, in the transaction of the row that says what they add up to, and
 *   only by whoever holds the saga's epoch and has decided on its last event.
 * - That a step begins is written before it acts. A worker killed anywhere is followed by another
 *   one that does the step again; so acts and compensations may be repeated, and both do nothing
 *   where nothing is left to do. A step that only writes rows of ours does so with its own event.
 * - What a step may have done is taken back even if its end was never heard of, last step first.
 * - Every step has a timeout, a number of tries and an end of its waiting; every saga ends.
 * - Times of retries are the database's.
 *
 * It names no provider and no kind of saga.
 */
import 'server-only';

export type { SagaDefinition, SagaStep, StepContext, StepResult } from './definition.ts';
export { enqueueDueSagas } from './enqueue-due-sagas.ts';
export type { SagaDeps } from './held-work.ts';
export { listSagas, listSagasAbout } from './list-sagas.ts';
export { type NewSaga, startSaga } from './start-saga.ts';
export { type SagaOutcome, workSaga } from './work-saga.ts';
