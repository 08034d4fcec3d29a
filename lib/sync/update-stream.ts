import { HubError } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { getStream } from './list-streams.ts';
import { pauseRunsOf, resumeRunsOf } from './run-store.ts';
import type { Stream } from './schema.ts';
import { setPhase, wantDelivery } from './stream-store.ts';

/**
 * Pauses a stream (nothing is read, applied or sent; its run waits) or brings it back: an
 * unfinished run goes on, and a poll catches up with what was missed, after its webhook is there again.
 */
export async function updateStream(
  tx: Tx,
  input: { streamId: string; phase: 'paused' | 'live' },
): Promise<Stream> {
  const { streamId } = input;
  const { workspaceId } = await getStream(tx, { streamId });
  if (input.phase === 'paused') await pause(tx, workspaceId, streamId);
  else await resume(tx, workspaceId, streamId);
  return (await getStream(tx, { streamId })).stream;
}

async function pause(tx: Tx, workspaceId: string, streamId: string): Promise<void> {
  const isPaused = await setPhase(tx, workspaceId, streamId, {
    from: ['waiting', 'backfill', 'live', 'failed'],
    to: 'paused',
    detail: null,
    pollNow: false,
  });
  if (!isPaused) throw new HubError('resource.conflict', 'The stream is paused already.');
  await pauseRunsOf(tx, workspaceId, streamId);
}

async function resume(tx: Tx, workspaceId: string, streamId: string): Promise<void> {
  const isResumed = await setPhase(tx, workspaceId, streamId, {
    from: ['paused', 'failed'],
    to: 'live',
    detail: null,
    pollNow: true,
  });
  if (!isResumed) throw new HubError('resource.conflict', 'The stream is not paused.');
  await wantDelivery(tx, workspaceId, streamId);
  if (await resumeRunsOf(tx, workspaceId, streamId)) {
    await setPhase(tx, workspaceId, streamId, {
      from: ['live'],
      to: 'backfill',
      detail: null,
      pollNow: false,
    });
    await wake(tx, 'runs');
  }
  await wake(tx, 'polls');
}
