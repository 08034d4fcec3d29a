import { HubError } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { selectEvent } from './inbox-list-store.ts';
import type { InboxEventDetail } from './schema.ts';

/** One event with body, headers and attempts; throws `resource.not_found`. */
export async function getInboxEvent(tx: Tx, eventId: string): Promise<InboxEventDetail> {
  const row = await selectEvent(tx, eventId);
  if (!row) throw new HubError('resource.not_found', 'There is no such event in your inbox.');
  return { ...row, body: row.body.toString('utf8') };
}
