import type { PollPage } from '#lib/connectors/protocol/index';
import { type HubError, newId, toHubError } from '#lib/core/index';
import { isUnavailable, type Tx, transaction, wake } from '#lib/db/index';
import { captureError } from '#lib/observability/index';
import { askForDelivery } from './ask-for-delivery.ts';
import { backoffMs } from './backoff.ts';
import { syncLimits } from './limits.ts';
import { logFaults } from './log-faults.ts';
import { observeObjects } from './observe-objects.ts';
import {
  savePoll,
  savePollFailure,
  saveResync,
  signalPosition,
  type TakenStream,
  takeStream,
} from './poll-store.ts';
import { writableOf } from './push-target.ts';
import { retryDeadlock } from './retry-deadlock.ts';
import { insertQueuedRun } from './run-store.ts';
import { recordPoll } from './run-work-store.ts';
import type { OpenedConnection, SyncDeps } from './sync-deps.ts';
import { idsOf, watchPlace } from './watch-places.ts';

export interface PollJob {
  workspaceId: string;
  streamId: string;
  epoch: number;
}

export type PollOutcome = 'skipped' | 'unchanged' | 'changed' | 'failed';

interface Poll {
  deps: SyncDeps;
  stream: TakenStream;
  epoch: number;
  /** Of the run row a poll leaves behind, should it change something or fail. */
  runId: string;
}

/**
 * Asks a service what has changed since the stream's cursor. The cursor moves in the transaction of
 * the page it stands behind. A poll that changed nothing leaves only its time on the stream.
 */
export async function pollStream(
  deps: SyncDeps,
  job: PollJob,
  signal: AbortSignal,
): Promise<PollOutcome> {
  const { pollLeaseMs } = syncLimits;
  const stream = await takeStream(deps.db, job.workspaceId, job.streamId, job.epoch, pollLeaseMs);
  if (!stream) return 'skipped';
  const poll: Poll = { deps, stream, epoch: job.epoch + 1, runId: newId() };
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(pollLeaseMs)]);
  try {
    const changed = await readPolled(poll, bounded);
    if (changed === null) return 'skipped';
    if (changed) await signalPosition(deps.db, stream.workspace_id);
    return changed ? 'changed' : 'unchanged';
  } catch (error) {
    if (isUnavailable(error) || signal.aborted) throw error;
    await settleFailure(poll, error);
    return 'failed';
  }
}

/** Whether anything changed; null when the stream was taken over or paused meanwhile. */
async function readPolled(poll: Poll, signal: AbortSignal): Promise<boolean | null> {
  const { deps, stream } = poll;
  const target = { workspaceId: stream.workspace_id, connectionId: stream.connection_id };
  const opened = await deps.connect(target, { lane: 'poll', signal });
  if (stream.wants_delivery) await prepare(poll, signal);
  let { cursor, read_at: readAt } = stream;
  let isChanged = false;
  let places = watchPlace(undefined, cursor, []);
  for (let pages = 1; ; pages += 1) {
    const page = await opened.api.poll(opened.ctx, stream.resource, stream.scope, cursor);
    if (page.hasMore) places = watchPlace(places, page.cursor, idsOf(page.objects));
    const isLast = !page.hasMore || pages >= syncLimits.pollPages;
    const applied = await retryDeadlock(() => applyPolled(poll, opened, page, { readAt, isLast }));
    if (!applied) return null;
    isChanged ||= applied.isChanged;
    if (isLast) break;
    cursor = page.cursor;
    readAt = applied.readAt;
  }
  if (stream.attempts > 0) {
    await deps.logConnection(deps.db, {
      ...target,
      level: 'info',
      code: 'sync.poll_recovered',
      message: 'Polling works again.',
    });
  }
  return isChanged;
}

/** After a standstill: delivery first, so that nothing falls between this poll and the first event. */
async function prepare({ deps, stream }: Poll, signal: AbortSignal): Promise<void> {
  const arranged = await askForDelivery(
    deps,
    {
      workspaceId: stream.workspace_id,
      connectionId: stream.connection_id,
      streamId: stream.id,
      resource: stream.resource,
      scope: stream.scope,
      scopeKey: stream.scope_key,
    },
    signal,
  );
  await transaction(deps.db, (tx) => arranged.save(tx));
  stream.delivery = arranged.delivery;
}

function applyPolled(
  poll: Poll,
  opened: OpenedConnection,
  page: PollPage,
  at: { readAt: string; isLast: boolean },
): Promise<{ isChanged: boolean; readAt: string } | null> {
  const { deps, stream, epoch, runId } = poll;
  return transaction(deps.db, async (tx) => {
    const place = { workspaceId: stream.workspace_id, connectionId: stream.connection_id };
    let isChanged = false;
    const faults = [...page.faults];
    let counts = { created: 0, updated: 0, unchanged: 0 };
    if (page.objects.length > 0) {
      const seen = await observeObjects(tx, {
        ...place,
        streamId: stream.id,
        kind: stream.kind,
        objects: page.objects,
        source: { type: 'poll', runId, readAt: at.readAt },
        writable: writableOf(opened.manifest, stream.resource),
      });
      isChanged = seen.created + seen.updated > 0;
      counts = { ...counts, created: seen.created, updated: seen.updated };
      counts.unchanged = seen.unchanged + seen.stale;
      faults.push(...seen.faults);
    }
    await logFaults(deps, tx, { ...place, runId }, faults);
    const saved = await savePoll(tx, stream, {
      epoch,
      cursor: page.cursor,
      isChanged,
      nextAfterMs: intervalMs(poll, page, at.isLast),
    });
    if (saved === null) throw new PollStopped();
    if (isChanged || faults.length > 0) {
      const done = page.objects.length + page.faults.length;
      const run = { id: runId, ...place, streamId: stream.id, status: 'completed' as const };
      await recordPoll(tx, { ...run, done, ...counts, error: null });
    }
    return { isChanged, readAt: saved };
  }).catch((error: unknown) => {
    if (error instanceof PollStopped) return null;
    throw error;
  });
}

class PollStopped extends Error {}

/** A poll under way keeps its lease; one that is over waits its interval, or no time when more is left. */
function intervalMs({ deps, stream }: Poll, page: PollPage, isLast: boolean): number {
  if (!isLast) return syncLimits.pollLeaseMs;
  if (page.hasMore) return 0;
  const own = stream.delivery === 'webhook' ? syncLimits.safetyPollMs : deps.pollMs;
  const jitter = 1 + (deps.clock.random() * 2 - 1) * syncLimits.pollJitter;
  return Math.round(Math.max(own, page.intervalMs ?? 0) * jitter);
}

/** The first failure of its kind is logged and leaves a run; those after it are only counted. */
async function settleFailure(poll: Poll, error: unknown): Promise<void> {
  const { deps, stream, epoch, runId } = poll;
  const fault = toHubError(error);
  if (fault.code === 'internal.unexpected') captureError(deps.log, error, 'a poll met a fault');
  const attempts = stream.attempts + 1;
  const said = { code: fault.code, message: fault.message };
  await transaction(deps.db, async (tx) => {
    const nextAfterMs = backoffMs(attempts, fault, deps.clock);
    const isOurs = await savePollFailure(tx, stream, { epoch, error: said, attempts, nextAfterMs });
    if (!isOurs) return;
    const place = { workspaceId: stream.workspace_id, connectionId: stream.connection_id };
    if (fault.code === 'provider.gone') await resync(tx, poll, fault);
    if (stream.error?.code === fault.code) return;
    const none = { done: 0, created: 0, updated: 0, unchanged: 0 };
    const run = { id: runId, ...place, streamId: stream.id, status: 'failed' as const };
    await recordPoll(tx, { ...run, ...none, error: said });
    await deps.logConnection(tx, { ...place, runId, level: 'warning', ...toLog(fault) });
  });
}

/** All is read again from the beginning; a service that forgets every place is not, for ever. */
async function resync(tx: Tx, { stream, epoch }: Poll, fault: HubError): Promise<void> {
  if (stream.resyncs >= syncLimits.resyncs) {
    const detail = `The service forgets every place reading could go on from: ${fault.message}`;
    await saveResync(tx, stream, epoch, detail.slice(0, 1000));
    return;
  }
  await saveResync(tx, stream, epoch, null);
  await insertQueuedRun(tx, {
    id: newId(),
    workspaceId: stream.workspace_id,
    connectionId: stream.connection_id,
    streamId: stream.id,
    kind: 'backfill',
    requestedBy: null,
  });
  await wake(tx, 'runs');
}

const toLog = (fault: HubError): { code: string; message: string } => ({
  code: fault.code,
  message: fault.message.slice(0, 1000),
});
