import { transaction } from '#lib/db/index';
import { syncLimits } from './limits.ts';
import { logFaults } from './log-faults.ts';
import { observeObjects } from './observe-objects.ts';
import { advanceStream } from './poll-store.ts';
import { writableOf } from './push-target.ts';
import type { RunPageRead } from './read-page.ts';
import { retryDeadlock } from './retry-deadlock.ts';
import { saveProgress, type TakenRun } from './run-work-store.ts';
import type { OpenedConnection, SyncDeps } from './sync-deps.ts';

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
  const checkpoint = { ...run.checkpoint, ...(page.next === null ? {} : { from: page.next }) };
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
      await logFaults(deps, tx, { ...at, runId: run.id }, page.faults);
      const isOver = page.next === null;
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
