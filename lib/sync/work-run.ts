import { HubError, toHubError } from '#lib/core/index';
import { isUnavailable, transaction, wake } from '#lib/db/index';
import { captureError } from '#lib/observability/index';
import { applyPage, RunStopped } from './apply-page.ts';
import { askForDelivery } from './ask-for-delivery.ts';
import { backoffMs } from './backoff.ts';
import { massMessage, NeedsAnswer } from './judge-mass.ts';
import { syncLimits } from './limits.ts';
import { failStream, signalPosition } from './poll-store.ts';
import { probeMissing } from './probe-missing.ts';
import { listsAll } from './push-target.ts';
import { type RunPageRead, readPage } from './read-page.ts';
import { judgeRunFailure } from './run-failure.ts';
import { extendRun, releaseRun, savePrepared, type TakenRun, takeRun } from './run-work-store.ts';
import { pauseToAsk, putOffSweep, selectAsked } from './sweep-store.ts';
import type { OpenedConnection, SyncDeps } from './sync-deps.ts';

export interface RunJob {
  workspaceId: string;
  runId: string;
  epoch: number;
}

/** asks: paused until a person answers. skipped: somebody else has it. stopped: paused, cancelled or taken over. yielded: goes on in a moment. */
export type RunOutcome =
  | 'skipped'
  | 'stopped'
  | 'yielded'
  | 'completed'
  | 'postponed'
  | 'failed'
  | 'asks';

/** A run in somebody's hands. */
export interface HeldRun {
  deps: SyncDeps;
  run: TakenRun;
  epoch: number;
}

/**
 * Works on a run for one slice of time. Each page is applied in one transaction with the place it
 * was read up to and the progress shown, so that a worker killed anywhere loses at most a page in
 * hand: the lease runs out and the next holder reads that page again.
 */
export async function workRun(
  deps: SyncDeps,
  job: RunJob,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const run = await transaction(deps.db, (tx) =>
    takeRun(tx, job.workspaceId, job.runId, job.epoch, syncLimits.runLeaseMs),
  );
  if (!run) return 'skipped';
  const held: HeldRun = { deps, run, epoch: job.epoch + 1 };
  const lost = new AbortController();
  const beat = setInterval(() => void keepLease(held, lost), syncLimits.runBeatMs);
  try {
    const bounded = AbortSignal.any([signal, lost.signal]);
    return (await readPages(held, bounded)) ? 'completed' : await giveWay(held);
  } catch (error) {
    if (error instanceof RunStopped || lost.signal.aborted) return 'stopped';
    if (signal.aborted) return giveWay(held);
    if (isUnavailable(error)) throw error;
    if (error instanceof NeedsAnswer) return ask(held, error);
    return settleFailure(held, error);
  } finally {
    clearInterval(beat);
    await announce(held);
  }
}

/** The messages of a run's transactions are thinned out; this one says where the log stands. */
async function announce({ deps, run }: HeldRun): Promise<void> {
  try {
    await signalPosition(deps.db, run.workspace_id);
  } catch (error) {
    deps.log.warn('the end of a run could not be announced', { run_id: run.id, err: error });
  }
}

async function keepLease(held: HeldRun, lost: AbortController): Promise<void> {
  const { deps, run, epoch } = held;
  try {
    if (!(await extendRun(deps.db, run.id, epoch, syncLimits.runLeaseMs))) lost.abort();
  } catch (error) {
    deps.log.warn('the lease of a run could not be extended', { run_id: run.id, err: error });
  }
}

/** True when the run is complete, false when its slice is over. */
async function readPages(held: HeldRun, signal: AbortSignal): Promise<boolean> {
  const { deps, run } = held;
  const started = deps.clock.now();
  const target = { workspaceId: run.workspace_id, connectionId: run.connection_id };
  const lane = run.kind === 'poll' ? 'poll' : 'backfill';
  const opened = await deps.connect(target, { lane, signal, runId: run.id });
  if (run.kind === 'backfill' && !run.checkpoint.prepared) await prepare(held, signal);
  const isSliceOver = () => deps.clock.now() - started > syncLimits.runSliceMs;
  if (run.kind === 'reconcile') {
    if (!listsAll(opened.manifest, run.resource)) return refuseSweep(held);
    const isListed =
      run.checkpoint.isListed === true || (await turnPages(held, opened, signal, isSliceOver));
    return isListed && (await probeMissing(held, opened, signal, isSliceOver));
  }
  return turnPages(held, opened, signal, isSliceOver);
}

/** A service that may leave objects out of its lists says nothing by not showing one. */
async function refuseSweep({ deps, run }: HeldRun): Promise<never> {
  await transaction(deps.db, (tx) => putOffSweep(tx, run, null));
  throw new HubError('request.invalid', 'This service cannot be asked for all there is at once.');
}

/** True after the last page, false when the slice of time is over. */
async function turnPages(
  held: HeldRun,
  opened: OpenedConnection,
  signal: AbortSignal,
  isSliceOver: () => boolean,
): Promise<boolean> {
  const { run } = held;
  let readAt = run.read_at;
  let next = readPage(run, opened, run.checkpoint.from ?? null, readAt);
  for (;;) {
    const page = await next;
    signal.throwIfAborted();
    const isLast = page.next === null || isSliceOver();
    // The next page is on its way while this one is written.
    if (!isLast) next = readAhead(run, opened, page, readAt);
    readAt = await applyPage(held, opened, page);
    if (page.next === null) return true;
    if (isLast) return false;
  }
}

/** A reading whose failure is seen by whoever awaits it, and by nobody when the run has stopped. */
function readAhead(
  run: TakenRun,
  opened: OpenedConnection,
  page: RunPageRead,
  readAt: string,
): Promise<RunPageRead> {
  const reading = readPage(run, opened, page.next, readAt);
  reading.catch(() => undefined);
  return reading;
}

/** Arranges for changes to be delivered before anything is read, so that none falls in between. */
async function prepare(held: HeldRun, signal: AbortSignal): Promise<void> {
  const { deps, run, epoch } = held;
  const arranged = await askForDelivery(
    deps,
    {
      workspaceId: run.workspace_id,
      connectionId: run.connection_id,
      streamId: run.stream_id,
      resource: run.resource,
      scope: run.scope,
      scopeKey: run.scope_key,
    },
    signal,
  );
  const checkpoint = { ...run.checkpoint, prepared: true, detail: arranged.detail };
  await transaction(deps.db, async (tx) => {
    await arranged.save(tx);
    if (!(await savePrepared(tx, run, epoch, checkpoint))) throw new RunStopped();
  });
  run.checkpoint = checkpoint;
}

/** Other work gets its turn; the run stands in the queue again at once. */
async function giveWay({ deps, run, epoch }: HeldRun): Promise<RunOutcome> {
  return transaction(deps.db, async (tx) => {
    const isOurs = await releaseRun(tx, run, epoch, {
      status: 'running',
      attempts: run.attempts,
      error: null,
      nextAfterMs: 0,
      restarts: null,
    });
    if (isOurs) await wake(tx, 'runs');
    return isOurs ? 'yielded' : 'stopped';
  });
}

/** What the run was about to do is more than chance explains: it waits for a person. */
async function ask({ deps, run, epoch }: HeldRun, asked: NeedsAnswer): Promise<RunOutcome> {
  const message = massMessage(asked.change);
  return transaction(deps.db, async (tx) => {
    const { change, recordIds } = asked;
    const of =
      change.what === 'delete' && recordIds.length === 0
        ? { generation: run.checkpoint.generation ?? 0 }
        : { recordIds };
    const sample = await selectAsked(tx, run, of, syncLimits.askedSample);
    const asks = { ...asked.change, sample };
    if (!(await pauseToAsk(tx, run, epoch, asks, message))) return 'stopped';
    await deps.logConnection(tx, {
      workspaceId: run.workspace_id,
      connectionId: run.connection_id,
      runId: run.id,
      level: 'warning',
      code: 'sync.mass_change',
      message,
    });
    return 'asks';
  });
}

async function settleFailure(held: HeldRun, error: unknown): Promise<RunOutcome> {
  const { deps, run, epoch } = held;
  const fault = toHubError(error);
  if (fault.code === 'internal.unexpected') captureError(deps.log, error, 'a run met a fault');
  const { from, restarts = 0 } = run.checkpoint;
  const isGone = fault.code === 'provider.gone';
  // The pages read in between do not count for a service that forgets every place.
  const tries = isGone ? Math.max(run.attempts, restarts) : run.attempts;
  const fate = judgeRunFailure(fault, tries, from !== undefined);
  const attempts = fate === 'wait' ? run.attempts : run.attempts + 1;
  const said = { code: fault.code, message: fault.message };
  return transaction(deps.db, async (tx) => {
    if (fate === 'fail' && run.kind === 'backfill') await failStream(tx, run, fault.message);
    const isOurs = await releaseRun(tx, run, epoch, {
      status: fate === 'fail' ? 'failed' : 'queued',
      attempts,
      error: said,
      nextAfterMs: fate === 'fail' ? null : backoffMs(Math.max(attempts, 1), fault, deps.clock),
      // Whoever resumes a run that failed of it begins at the beginning, with all tries.
      restarts: isGone ? (fate === 'restart' ? restarts + 1 : 0) : null,
    });
    if (!isOurs) throw new RunStopped();
    await deps.logConnection(tx, logEntry(run, fault, fate === 'fail'));
    return fate === 'fail' ? ('failed' as const) : ('postponed' as const);
  }).catch((stopped: unknown) => {
    if (stopped instanceof RunStopped) return 'stopped' as const;
    throw stopped;
  });
}

const logEntry = (run: TakenRun, fault: HubError, isOver: boolean) => ({
  workspaceId: run.workspace_id,
  connectionId: run.connection_id,
  runId: run.id,
  level: isOver ? ('error' as const) : ('warning' as const),
  code: fault.code,
  message: fault.message.slice(0, 1000),
});
