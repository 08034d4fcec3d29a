import { limits } from '#lib/core/index';
import type { Queryable, Tx } from '#lib/db/index';
import { selectChangesAfter, selectPosition } from './change-store.ts';
import { toChange, toRecordRow } from './record-row.ts';
import type { ChangesAnswer } from './schema.ts';
import { selectRecords } from './store.ts';

/**
 * The catch-up read: the changes after a position in their order, and each record they speak of
 * once, as it is now (its version may be above the change's). Positions are given at commit, so
 * what is read is everything up to `position`. A position above the log's end (a database was
 * restored) is answered with the end.
 */
export async function readChanges(
  tx: Tx,
  input: { workspaceId: string; after: number; limit?: number },
): Promise<ChangesAnswer> {
  const { workspaceId, after } = input;
  const limit = Math.min(input.limit ?? limits.pageRows, limits.pageRows);
  const rows = await selectChangesAfter(tx, workspaceId, after, limit + 1);
  const page = rows.slice(0, limit);
  const ids = [...new Set(page.map((row) => row.record_id))];
  const records = ids.length > 0 ? await selectRecords(tx, workspaceId, ids) : [];
  const last = page.at(-1);
  return {
    changes: page.map(toChange),
    records: records.map(toRecordRow),
    position: last ? last.position : Math.min(after, await selectPosition(tx, workspaceId)),
    has_more: rows.length > limit,
  };
}

/** Where the log of a workspace ends now. */
export function readPosition(tx: Queryable, input: { workspaceId: string }): Promise<number> {
  return selectPosition(tx, input.workspaceId);
}
