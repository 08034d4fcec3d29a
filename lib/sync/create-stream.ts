import { HubError, type JsonObject, newId } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { getStream } from './list-streams.ts';
import { insertQueuedRun } from './run-store.ts';
import type { Stream } from './schema.ts';
import { insertStream } from './stream-store.ts';

export interface NewStream {
  workspaceId: string;
  connectionId: string;
  resource: string;
  /** The kind of record the connector's manifest names for the resource. */
  kind: string;
  /** Shown to people; the scope's title. */
  name: string;
  scopeKey: string;
  scope: JsonObject;
  requestedBy: string;
  /** Id of its first run, which then waits until releaseFirstRun. */
  heldRunId?: string;
}

/**
 * A stream and its first backfill, in the member's transaction. A run that nobody holds registers
 * the webhook when it begins. Throws `resource.conflict` when the connection already reads this scope.
 */
export async function createStream(tx: Tx, input: NewStream): Promise<Stream> {
  const streamId = newId();
  const { requestedBy, heldRunId, ...stream } = input;
  if (!(await insertStream(tx, { id: streamId, ...stream }))) {
    throw new HubError('resource.conflict', 'This connection already has a stream of that scope.');
  }
  await insertQueuedRun(tx, {
    id: heldRunId ?? newId(),
    workspaceId: input.workspaceId,
    connectionId: input.connectionId,
    streamId,
    kind: 'backfill',
    requestedBy,
    isHeld: heldRunId !== undefined,
  });
  await wake(tx, 'runs');
  return (await getStream(tx, { streamId })).stream;
}
