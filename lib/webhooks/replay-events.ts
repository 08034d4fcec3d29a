import { HubError, limits, newId } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { selectEvent } from './inbox-list-store.ts';
import {
  countSelected,
  insertReplay,
  markCancelled,
  markPending,
  type Preview,
  selectReplay,
  selectReplays,
} from './replay-store.ts';
import type { Replay, ReplaySelection } from './schema.ts';

/**
 * Has the event applied once more, counting attempts anew. Harmless for one that was applied: its
 * objects are no newer than what is known. Of a split event the parts. Throws `resource.not_found`,
 * or `resource.conflict` while the event is waiting or being applied.
 */
export async function replayInboxEvent(tx: Tx, eventId: string): Promise<void> {
  if ((await markPending(tx, eventId)) === 0) {
    const event = await selectEvent(tx, eventId);
    if (!event) throw new HubError('resource.not_found', 'There is no such event in your inbox.');
    throw new HubError('resource.conflict', 'The event is being applied already.');
  }
  await wake(tx, 'inbox');
}

/** How many events a replay of this selection would take now. */
export const previewReplay = (
  tx: Tx,
  workspaceId: string,
  selection: ReplaySelection,
): Promise<Preview> => countSelected(tx, workspaceId, selection);

/**
 * Asks for a replay. What it takes is decided as the worker walks along, oldest first; events that
 * arrive from now on are none of it. Throws `resource.conflict` where there is nothing to take.
 */
export async function startReplay(
  tx: Tx,
  at: { workspaceId: string; userId: string },
  selection: ReplaySelection,
): Promise<Replay> {
  const preview = await countSelected(tx, at.workspaceId, selection);
  if (preview.count === 0 && preview.is_exact) {
    throw new HubError('resource.conflict', 'No event that could be replayed is among these.');
  }
  const id = newId();
  const { workspaceId, userId: requestedBy } = at;
  await insertReplay(tx, { id, workspaceId, selection, preview, requestedBy });
  await wake(tx, 'inbox');
  return getReplay(tx, id);
}

export async function getReplay(tx: Tx, id: string): Promise<Replay> {
  const replay = await selectReplay(tx, id);
  if (!replay) throw new HubError('resource.not_found', 'There is no such replay.');
  return replay;
}

/** One more than asked for, when there are more; newest first. */
export const listReplays = (
  tx: Tx,
  page: { workspaceId: string; beforeId: string | null; limit: number },
): Promise<Replay[]> =>
  selectReplays(tx, { ...page, limit: Math.min(page.limit, limits.pageRows) + 1 });

/** What was handed out is applied all the same. Throws `resource.conflict` for one that has ended. */
export async function cancelReplay(tx: Tx, id: string): Promise<Replay> {
  const isCancelled = await markCancelled(tx, id);
  const replay = await getReplay(tx, id);
  if (!isCancelled) throw new HubError('resource.conflict', `The replay is ${replay.status}.`);
  return replay;
}
