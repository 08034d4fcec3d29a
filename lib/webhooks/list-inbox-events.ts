import { HubError, isUuid, limits } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { type Page, selectPage } from './inbox-list-store.ts';
import type { InboxFilter, InboxPage } from './schema.ts';

export interface InboxQuery {
  workspaceId: string;
  filter?: InboxFilter | undefined;
  /** Older events than this page's; or newer ones. */
  cursor?: string | undefined;
  after?: string | undefined;
  limit?: number | undefined;
}

/**
 * A page of a workspace's events, newest first, from a place on in either direction. Row security
 * still decides. Throws `request.invalid` for a cursor of another list, or for both directions.
 */
export async function listInboxEvents(tx: Tx, query: InboxQuery): Promise<InboxPage> {
  const { workspaceId, filter = {}, limit = limits.pageRowsDefault } = query;
  if (query.cursor !== undefined && query.after !== undefined) {
    throw new HubError('request.invalid', 'Give cursor or after, not both.', {
      details: { errors: [{ field: 'after', reason: 'cannot stand beside cursor' }] },
    });
  }
  const most = Math.min(limit, limits.pageRows);
  const place = { before: decoded(query.cursor, 'cursor'), after: decoded(query.after, 'after') };
  const page = await selectPage(tx, { workspaceId, filter, ...place, limit: most + 1 });
  return place.after === undefined ? older(page, most) : newer(page, most, place.after);
}

function older({ rows, reachedId }: Page, most: number): InboxPage {
  const data = rows.slice(0, most);
  const last = rows.length > most ? data.at(-1)?.id : reachedId;
  return {
    data,
    next_cursor: last ? encodeCursor(last) : null,
    prev_cursor: data[0] ? encodeCursor(data[0].id) : null,
  };
}

function newer({ rows, reachedId }: Page, most: number, after: string): InboxPage {
  const taken = rows.slice(0, most);
  const highest = rows.length > most ? taken.at(-1)?.id : (reachedId ?? taken.at(-1)?.id);
  return {
    data: taken.toReversed(),
    next_cursor: taken[0] ? encodeCursor(taken[0].id) : null,
    prev_cursor: encodeCursor(highest ?? after),
  };
}

const encodeCursor = (id: string): string => Buffer.from(id).toString('base64url');

function decoded(cursor: string | undefined, field: string): string | undefined {
  if (cursor === undefined) return undefined;
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!isUuid(id)) {
    throw new HubError('request.invalid', 'The cursor does not belong to this list.', {
      details: { errors: [{ field, reason: 'is not one this list gave out' }] },
    });
  }
  return id;
}
