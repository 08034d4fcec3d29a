import type { Tx } from '#lib/db/index';
import { countRows, type Filter, selectPage } from './list-store.ts';
import { decodeCursor, encodeCursor, fingerprint } from './page-cursor.ts';
import { toRecordRow } from './record-row.ts';
import type { RecordListQuery, RecordRow } from './schema.ts';

export interface RecordPage {
  data: RecordRow[];
  next_cursor: string | null;
  total?: number;
}

/**
 * Records that are not deleted, page by page. `q` looks for words (web search syntax) in title and
 * body, or for the text anywhere in a title. A cursor holds for the same filters and sort only.
 */
export async function listRecords(
  tx: Tx,
  input: { workspaceId: string; query: RecordListQuery },
): Promise<RecordPage> {
  const { workspaceId, query } = input;
  const { sort, limit, cursor, count, workspace_id: _named, ...rest } = query;
  const filter: Filter = rest;
  const { kind, q, state, connection_id, stream_id, label, assignee } = filter;
  const mark = fingerprint([
    workspaceId,
    sort,
    kind,
    q,
    state,
    connection_id,
    stream_id,
    label,
    assignee,
  ]);
  const form = sort.endsWith('title') ? 'text' : 'time';
  const after = cursor === undefined ? null : decodeCursor(mark, cursor, form);

  const rows = await selectPage(tx, workspaceId, filter, sort, after, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    data: page.map(toRecordRow),
    next_cursor:
      rows.length > limit && last ? encodeCursor(mark, { key: last.sort_key, id: last.id }) : null,
    ...(count ? { total: await countRows(tx, workspaceId, filter, count) } : {}),
  };
}
