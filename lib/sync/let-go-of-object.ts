import type { RemoteObject } from '#lib/connectors/protocol/index';
import type { Tx } from '#lib/db/index';
import { insertAlias, renameLink } from './alias-store.ts';
import { selectLivingLink } from './let-go-store.ts';
import { observeObjects } from './observe-objects.ts';
import { goneObject } from './push-target.ts';

export interface LettingGo {
  workspaceId: string;
  linkId: string;
  /** The object as it was left at the service; null when it is not there any more. */
  left: RemoteObject | null;
  /** Canonical fields the connector can write. */
  writable: readonly string[];
  nowMs: number;
}

/**
 * Ends the link of an object that was taken back, and the record with it where that was its last one.
 * One that stays behind at the service (closed, because it cannot be deleted) is not followed any
 * more: its id is an old name of an ended link from now on, which whatever is told of it passes by.
 * False when it changed there meanwhile and has to be looked at again.
 */
export async function letGoOfObject(tx: Tx, input: LettingGo): Promise<boolean> {
  const { workspaceId, linkId, left, nowMs } = input;
  const link = await selectLivingLink(tx, workspaceId, linkId);
  if (!link) return true;
  const gone = goneObject(link, nowMs);
  await observeObjects(tx, {
    workspaceId,
    connectionId: link.connection_id,
    streamId: link.stream_id,
    kind: link.kind,
    objects: [{ ...gone, rank: Math.max(left?.rank ?? 0, link.remote_rank) }],
    source: { type: 'refetch', isTakenBack: true },
    writable: input.writable,
  });
  if (await selectLivingLink(tx, workspaceId, linkId)) return false;
  if (left !== null && !left.deleted) {
    await renameLink(tx, link, `${link.external_id} (taken back)`);
    await insertAlias(tx, link, link.external_id, link.id);
  }
  return true;
}
