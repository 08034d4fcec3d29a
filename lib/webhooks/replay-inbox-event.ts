import { HubError } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { markPending, selectEvent } from './inbox-store.ts';

/**
 * Has the event applied once more, counting attempts anew. Harmless for one that was applied: its
 * objects are no newer than what is known. Throws `resource.not_found`, or `resource.conflict` while
 * the event is waiting or being applied.
 */
export async function replayInboxEvent(tx: Tx, eventId: string): Promise<void> {
  if (!(await markPending(tx, eventId))) {
    const event = await selectEvent(tx, eventId);
    if (!event) throw new HubError('resource.not_found', 'There is no such event in your inbox.');
    throw new HubError('resource.conflict', 'The event is being applied already.');
  }
  await wake(tx, 'inbox');
}
