import type { Tx } from '#lib/db/index';
import type { ConflictCounts, ConflictFilter } from './conflict-shape.ts';
import * as store from './conflict-store.ts';

/** How many conflicts a filter names, by what became of them. */
export function countConflicts(
  tx: Tx,
  input: { workspaceId: string; filter: ConflictFilter },
): Promise<ConflictCounts> {
  return store.countConflicts(tx, input.workspaceId, input.filter);
}

/** Only the open ones: cheap enough to be asked for many streams and fields. */
export async function countOpenConflicts(
  tx: Tx,
  input: { workspaceId: string; filter: Omit<ConflictFilter, 'status'> },
): Promise<number> {
  return (await store.countOpen(tx, input.workspaceId, input.filter)).count;
}
