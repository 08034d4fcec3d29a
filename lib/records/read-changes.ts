import { HubError, limits } from '#lib/core/index';
import type { Queryable, Tx } from '#lib/db/index';
import {
  selectBounds,
  selectChangesAfter,
  selectLatestChanges,
  selectPosition,
} from './change-store.ts';
import { toChange, toRecordRow } from './record-row.ts';
import type { ChangesAnswer } from './schema.ts';
import { selectRecords } from './store.ts';

/** Positions looked through for one page of a compacted read. */
const compactPositions = 10_000;

/**
 * The catch-up read: the changes after a position in their order, and each record they speak of
 * once, as it is now (its version may be above the change's). Positions are given at commit, so
 * what is read is everything up to `position`. A position above the log's end (a database was
 * restored) is answered with the end; one the log is not kept from any more is refused, because
 * something would be missing: whoever asks has to read everything anew. A compacted read gives only
 * the latest change of each record.
 */
export async function readChanges(
  tx: Tx,
  input: { workspaceId: string; after: number; limit?: number; compact?: boolean },
): Promise<ChangesAnswer> {
  const { workspaceId, after } = input;
  const limit = Math.min(input.limit ?? limits.pageRows, limits.pageRows);
  const { pruned_to: keptFrom, position: end } = await selectBounds(tx, workspaceId);
  if (after < keptFrom) {
    throw new HubError('records.position_gone', undefined, {
      details: {
        oldest_position: keptFrom,
        errors: [{ field: 'after', reason: `is below ${keptFrom}, from where the log is kept` }],
      },
    });
  }
  const upto = Math.min(after + compactPositions, end);
  const rows = input.compact
    ? await selectLatestChanges(tx, workspaceId, { after, upto }, limit + 1)
    : await selectChangesAfter(tx, workspaceId, after, limit + 1);
  const page = rows.slice(0, limit);
  const ids = [...new Set(page.map((row) => row.record_id))];
  const records = ids.length > 0 ? await selectRecords(tx, workspaceId, ids) : [];
  const last = page.at(-1);
  const answer = { changes: page.map(toChange), records: records.map(toRecordRow) };
  const isCut = rows.length > limit;
  if (input.compact && !isCut) {
    return { ...answer, position: Math.min(Math.max(after, upto), end), has_more: upto < end };
  }
  return { ...answer, position: last ? last.position : Math.min(after, end), has_more: isCut };
}

/** Where the log of a workspace ends now. */
export function readPosition(tx: Queryable, input: { workspaceId: string }): Promise<number> {
  return selectPosition(tx, input.workspaceId);
}
