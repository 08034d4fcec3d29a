/**
 * sync: keeps records and the objects at their services the same, in both directions.
 *
 * Invariants
 * - What a page or an event brings is applied in one transaction with the position it was read up
 *   to: a cursor is never ahead of the data.
 * - A call to a service is never made inside a transaction, and never made before a row says that
 *   it is about to be made: whatever dies in between is found by that row.
 * - Whoever works on a run, a poll or a link holds its epoch; a result under an older epoch is not
 *   written.
 * - What is absent from a list is deleted only when the list was complete and the service itself says
 *   that the object is gone; what may not be seen, or was moved elsewhere, keeps its record.
 * - A sweep that would change more than chance explains waits for a person.
 * - A record that lives at several services has one form of its own; a difference in form is no change.
 * - What a service hands over that cannot be held is named and kept raw, stops nothing, and is not
 *   overwritten.
 * - What a link stores of its service is in the service's terms; everything that merges, asks or is
 *   shown is in the record's (./lens). Changed rules rewrite nothing.
 * - What names another record is a name that one service has for it, and it is known which one's. Each
 *   service is told its own name, never another's; one that has none is told as soon as it has.
 * - An object is made once at a service. One row per record and stream says so for good, and is written
 *   before the call; what became of a call nobody heard the end of is looked for before it is made
 *   again; an object that is what was just sent is linked to its record, and makes none of its own.
 * - Two records become one under the locks of both, never with two links of one connection. The older
 *   id stays, and the other is understood.
 * - While a flow is paused no call is begun for its streams; what they owe stays owed. Between streams that
 *   a flow let go of no edit crosses: each keeps its value beside the record's, and nobody is asked.
 * - Locks are taken in one order: the flow (shared, by whoever writes what is new at a side of it),
 *   records (by id), links, intents, creations, streams, runs, the workspace's clock.
 * - Times of due rows and leases are the database's; the injected clock measures spans and jitter.
 *
 * It names no provider: connectors come in through ports.
 */
import 'server-only';

export { actOnRun } from './act-on-run.ts';
export { backoffMs } from './backoff.ts';
export { type CreateJob, createObject } from './create/create-object.ts';
export { enqueueDueCreations, reviveCreations } from './create/enqueue-due-creations.ts';
export {
  type JoinRequest,
  type JoinResult,
  joinRecords,
  joinSideOf,
} from './create/join-records.ts';
export type { SeenLink } from './create/join-store.ts';
export type { CreateOutcome } from './create/making.ts';
export { releaseCreations, retryCreation } from './create/manage-creations.ts';
export { oweCreations } from './create/owe-creations.ts';
export {
  type JoinDifference,
  type JoinInput,
  type JoinLink,
  type JoinPlan,
  planJoin,
} from './create/plan-join.ts';
export { createStream, type NewStream } from './create-stream.ts';
export { enqueueDuePolls } from './enqueue-due-polls.ts';
export { enqueueDuePushes } from './enqueue-due-pushes.ts';
export { enqueueDueRuns } from './enqueue-due-runs.ts';
export { type FoundStream, findHolder, findStream } from './find-stream.ts';
export {
  catchUp,
  type FirstRun,
  listScopesRead,
  noteDelivery,
  readFirstRun,
  readStreamScope,
  releaseFirstRun,
  type StreamScope,
} from './first-run.ts';
export { type Lens, lensOf, readRules } from './lens/index.ts';
export { type LettingGo, letGoOfObject } from './let-go-of-object.ts';
export { findRun, getRun, listRuns, type RunPage } from './list-runs.ts';
export { getStream, listStreams } from './list-streams.ts';
export type { Observation, SeenObject } from './observation.ts';
export { type ObservationInput, observeObjects } from './observe-objects.ts';
export { type PollJob, pollStream } from './poll-stream.ts';
export { type PushJob, pushLink } from './push-link.ts';
export type { PushOutcome } from './push-target.ts';
export { readRunHistory } from './read-run-history.ts';
export { requestReading } from './request-reading.ts';
export { type StreamRules, selectRules } from './rules-store.ts';
export { saveRules, setFieldPolicy } from './save-rules.ts';
export { startRun } from './start-run.ts';
export type {
  JobSender,
  OpenedConnection,
  StreamDelivery,
  SyncDeps,
} from './sync-deps.ts';
export { updateStream } from './update-stream.ts';
export { type RunJob, workRun } from './work-run.ts';
