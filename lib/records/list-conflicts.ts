import { limits } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { toConflict } from './conflict-row.ts';
import type { Conflict, ConflictFilter } from './conflict-shape.ts';
import { selectConflicts } from './conflict-store.ts';
import { decodeCursor, encodeCursor, fingerprint } from './page-cursor.ts';

export interface ConflictPage {
  data: Conflict[];
  next_cursor: string | null;
}

/** Conflicts of a workspace, newest first. */
export async function listConflicts(
  tx: Tx,
  input: {
    workspaceId: string;
    filter?: ConflictFilter;
    cursor?: string | undefined;
    limit?: number | undefined;
  },
): Promise<ConflictPage> {
  const { workspaceId, filter = {}, cursor } = input;
  const limit = Math.min(input.limit ?? limits.pageRowsDefault, limits.pageRows);
  const names = Object.entries(filter).sort(([one], [two]) => (one < two ? -1 : 1));
  const mark = fingerprint(['conflicts', workspaceId, names]);
  const before = cursor === undefined ? undefined : decodeCursor(mark, cursor).id;
  const rows = await selectConflicts(tx, workspaceId, { ...filter, before }, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    data: page.map(toConflict),
    next_cursor: rows.length > limit && last ? encodeCursor(mark, { key: '', id: last.id }) : null,
  };
}
