import { type Tx, transaction } from '#lib/db/index';
import { asksFirst, NeedsAnswer } from './judge-mass.ts';
import { syncLimits } from './limits.ts';
import { logFaults } from './log-faults.ts';
import type { Observation } from './observation.ts';
import { observeObjects } from './observe-objects.ts';
import { advanceStream } from './poll-store.ts';
import { listsAll, writableOf } from './push-target.ts';
import type { RunPageRead } from './read-page.ts';
import { retryDeadlock } from './retry-deadlock.ts';
import { type Checkpoint, saveProgress, type TakenRun } from './run-work-store.ts';
import { beginGeneration, countLiving, markSeen, putOffSweep } from './sweep-store.ts';
import type { OpenedConnection, SyncDeps } from './sync-deps.ts';
import { idsOf, watchPlace } from './watch-places.ts';

/** The run was paused, cancelled or taken over; what was under way is rolled back. */
export class RunStopped extends Error {
  constructor() {
    super('The run is not ours any more.');
    this.name = 'RunStopped';
  }
}

/**
 * A page, the place it was read up to and the progress, in one transaction. Answers the database's
 * time afterwards; throws RunStopped when the run is not the caller's any more.
 */
export async function applyPage(
  held: { deps: SyncDeps; run: TakenRun; epoch: number },
  opened: OpenedConnection,
  page: RunPageRead,
): Promise<string> {
  const { deps, run, epoch } = held;
  let checkpoint = nextCheckpoint(run, page);
  const at = { workspaceId: run.workspace_id, connectionId: run.connection_id };
  const savedAt = await retryDeadlock(() =>
    transaction(deps.db, async (tx) => {
      const seen = await observeObjects(tx, {
        ...at,
        streamId: run.stream_id,
        kind: run.record_kind,
        objects: page.objects,
        source: {
          type: run.kind === 'backfill' ? 'backfill' : 'poll',
          runId: run.id,
          readAt: page.readAt,
        },
        writable: writableOf(opened.manifest, run.resource),
      });
      const faults = [...page.faults, ...seen.faults];
      await logFaults(deps, tx, { ...at, runId: run.id }, faults);
      if (run.kind === 'reconcile') checkpoint = await markPage(tx, run, page, seen, checkpoint);
      const isOver = page.next === null && run.kind !== 'reconcile';
      if (isOver && run.kind === 'backfill') {
        const canSweep = listsAll(opened.manifest, run.resource);
        await putOffSweep(tx, run, canSweep ? syncLimits.sweepEveryMs : null);
      }
      const isChanged = seen.created + seen.updated > 0;
      const detail = run.checkpoint.detail ?? null;
      await advanceStream(tx, run, { cursor: page.cursor, isChanged, isOver, detail });
      const saved = await saveProgress(tx, run, {
        epoch,
        leaseMs: syncLimits.runLeaseMs,
        checkpoint,
        done: page.objects.length + page.faults.length,
        total: page.total,
        created: seen.created,
        updated: seen.updated,
        unchanged: seen.unchanged + seen.stale,
        isOver,
      });
      if (saved === null) throw new RunStopped();
      return saved;
    }),
  );
  run.checkpoint = checkpoint;
  run.attempts = 0;
  return savedAt;
}

function nextCheckpoint(run: TakenRun, page: RunPageRead): Checkpoint {
  if (page.next === null) return { ...run.checkpoint };
  const places = watchPlace(run.checkpoint.places, page.next, idsOf(page.objects));
  return { ...run.checkpoint, from: page.next, places };
}

/**
 * Of a sweep: what the page showed is of its generation, objects that could not be read too. A page
 * that makes the sweep change more than chance explains is rolled back, and a person is asked.
 */
async function markPage(
  tx: Tx,
  run: TakenRun,
  page: RunPageRead,
  seen: Observation,
  checkpoint: Checkpoint,
): Promise<Checkpoint> {
  const overwrites = (run.checkpoint.overwrites ?? 0) + seen.updated;
  if (overwrites > syncLimits.massRows) {
    const of = await countLiving(tx, run);
    const change = { what: 'overwrite' as const, count: overwrites, of };
    if (asksFirst(change, checkpoint.allowed)) throw new NeedsAnswer(change, seen.recordIds);
  }
  const generation = checkpoint.generation ?? (await beginGeneration(tx, run));
  const shown = [
    ...page.objects.filter((object) => !object.deleted).map((object) => object.externalId),
    ...page.faults.flatMap((fault) => fault.externalId ?? []),
  ];
  await markSeen(tx, run, shown, generation);
  return { ...checkpoint, overwrites, generation, isListed: page.next === null };
}
