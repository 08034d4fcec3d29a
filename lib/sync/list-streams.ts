import { HubError, limits } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import type { Stream } from './schema.ts';
import { selectStream, selectStreams } from './stream-store.ts';

/** The streams of a workspace or of one connection, oldest first; at most limits.pageRows. */
export function listStreams(
  tx: Tx,
  input: { workspaceId: string; connectionId?: string | undefined },
): Promise<Stream[]> {
  return selectStreams(tx, input.workspaceId, input.connectionId, limits.pageRows);
}

/** Throws `resource.not_found`. `workspaceId` lets a route ask for the member's role. */
export async function getStream(
  tx: Tx,
  input: { streamId: string },
): Promise<{ workspaceId: string; stream: Stream }> {
  const row = await selectStream(tx, input.streamId);
  if (!row) throw new HubError('resource.not_found', 'There is no such stream.');
  const { workspace_id, ...stream } = row;
  return { workspaceId: workspace_id, stream };
}
