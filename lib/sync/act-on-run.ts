import { HubError } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { getRun } from './list-runs.ts';
import { nextStatus } from './run-state.ts';
import { hasOtherRun, lockRunStatus, setRunStatus } from './run-store.ts';
import type { Run } from './schema.ts';
import { setPhase } from './stream-store.ts';

/**
 * Pauses, resumes or cancels a run; the worker honours it between two pages, and a page being
 * applied at that moment is rolled back and read again when the run goes on. After a cancelled
 * backfill the stream stays live for what changes from its beginning on.
 */
export async function actOnRun(
  tx: Tx,
  input: { runId: string; action: 'pause' | 'resume' | 'cancel' },
): Promise<Run> {
  const { runId, action } = input;
  // The stream before the run: the order in which the worker locks them.
  const seen = await getRun(tx, { runId });
  await tx`select 1 from public.streams where id = ${seen.run.stream_id} for update`;
  const run = await lockRunStatus(tx, runId);
  if (!run) throw new HubError('identity.forbidden');
  const status = nextStatus(run.status, action);
  if (status === null) {
    throw new HubError('sync.run_state', `A run that is ${run.status} cannot ${action}.`);
  }
  if (status === 'queued' && (await hasOtherRun(tx, run))) {
    throw new HubError('sync.run_state', 'The stream has another run that is not over yet.');
  }
  await setRunStatus(tx, run.workspace_id, runId, status);
  if (run.kind === 'backfill' && action === 'cancel') {
    await setPhase(tx, run.workspace_id, run.stream_id, {
      from: ['waiting', 'backfill'],
      to: 'live',
      detail: 'The backfill was cancelled: older objects may be missing.',
      pollNow: true,
    });
  }
  if (status === 'queued') await wake(tx, 'runs');
  return (await getRun(tx, { runId })).run;
}
