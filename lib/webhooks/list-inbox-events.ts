import { HubError, isUuid, limits } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { type EventFilter, selectEvents } from './inbox-store.ts';
import type { InboxEvent } from './schema.ts';

export type InboxQuery = Omit<EventFilter, 'before' | 'limit'> & {
  cursor?: string | undefined;
  limit?: number | undefined;
};

/** A page of a workspace's events, newest first. The cursor is the last id; row security still decides. */
export async function listInboxEvents(
  tx: Tx,
  query: InboxQuery,
): Promise<{ data: InboxEvent[]; next_cursor: string | null }> {
  const { cursor, limit = limits.pageRowsDefault, ...filter } = query;
  const most = Math.min(limit, limits.pageRows);
  const rows = await selectEvents(tx, {
    ...filter,
    before: cursor === undefined ? undefined : decodeCursor(cursor),
    limit: most + 1,
  });
  const data = rows.slice(0, most);
  const last = data.at(-1);
  return { data, next_cursor: rows.length > most && last ? encodeCursor(last.id) : null };
}

const encodeCursor = (id: string): string => Buffer.from(id).toString('base64url');

function decodeCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!isUuid(id)) {
    throw new HubError('request.invalid', 'The cursor does not belong to this list.');
  }
  return id;
}
