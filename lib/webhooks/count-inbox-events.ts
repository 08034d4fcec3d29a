import type { Tx } from '#lib/db/index';
import { selectCounts, selectDeadGroups } from './inbox-list-store.ts';
import { type DeadLetterGroup, type InboxCounts, inboxStatuses } from './schema.ts';

/** How many events a workspace has of each status, to the last commit; no row is counted for it. */
export async function countInboxEvents(tx: Tx, workspaceId: string): Promise<InboxCounts> {
  const found = await selectCounts(tx, workspaceId);
  const of = new Map(found.map(({ status, count }) => [status, count]));
  const entries = inboxStatuses.map((status) => [status, of.get(status) ?? 0] as const);
  return {
    total: entries.reduce((sum, [, count]) => sum + count, 0),
    by_status: Object.fromEntries(entries) as InboxCounts['by_status'],
  };
}

/** Dead events by reason, the most frequent first; at most `limits.pageRows` reasons. */
export const listDeadLetters = (tx: Tx, workspaceId: string): Promise<DeadLetterGroup[]> =>
  selectDeadGroups(tx, workspaceId);
