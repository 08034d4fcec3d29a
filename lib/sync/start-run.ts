import { HubError, newId } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { getRun } from './list-runs.ts';
import { getStream } from './list-streams.ts';
import { insertQueuedRun } from './run-store.ts';
import type { Run } from './schema.ts';

/**
 * Queues a run of a stream: `backfill` reads everything again, `poll` asks for changes now,
 * `reconcile` lists everything and looks for what is gone. Throws
 * `sync.run_state` when the stream is paused or has a run that is not over.
 */
export async function startRun(
  tx: Tx,
  input: { streamId: string; kind: Run['kind']; requestedBy: string },
): Promise<Run> {
  const { workspaceId, stream } = await getStream(tx, { streamId: input.streamId });
  if (stream.phase === 'paused') {
    throw new HubError('sync.run_state', 'The stream is paused; resume it first.');
  }
  const runId = newId();
  const isQueued = await insertQueuedRun(tx, {
    id: runId,
    workspaceId,
    connectionId: stream.connection_id,
    streamId: stream.id,
    kind: input.kind,
    requestedBy: input.requestedBy,
  });
  if (!isQueued) throw new HubError('sync.run_state', 'The stream has a run that is not over yet.');
  await wake(tx, 'runs');
  return (await getRun(tx, { runId })).run;
}
