import { limits } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { selectConflicts } from './change-store.ts';
import { decodeCursor, encodeCursor, fingerprint } from './page-cursor.ts';
import type { Conflict } from './schema.ts';

export interface ConflictPage {
  data: Conflict[];
  next_cursor: string | null;
}

/** Conflicts of a workspace or of one record, newest first. */
export async function listConflicts(
  tx: Tx,
  input: {
    workspaceId: string;
    recordId?: string | undefined;
    status?: Conflict['status'] | undefined;
    cursor?: string | undefined;
    limit?: number | undefined;
  },
): Promise<ConflictPage> {
  const { workspaceId, recordId, status, cursor } = input;
  const limit = Math.min(input.limit ?? limits.pageRowsDefault, limits.pageRows);
  const mark = fingerprint(['conflicts', workspaceId, recordId, status]);
  const before = cursor === undefined ? undefined : decodeCursor(mark, cursor).id;
  const rows = await selectConflicts(tx, workspaceId, { recordId, status, before }, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    data: page,
    next_cursor: rows.length > limit && last ? encodeCursor(mark, { key: '', id: last.id }) : null,
  };
}
