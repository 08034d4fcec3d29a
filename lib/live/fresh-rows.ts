import type { Change, RecordRow } from '#lib/records/schema';

/** The filters of a list that a row can be held against here; words are searched by the server only. */
export interface RowFilter {
  state?: string | undefined;
  connection_id?: string | undefined;
  label?: string | undefined;
  assignee?: string | undefined;
}

const holds = (list: unknown, item: string): boolean => Array.isArray(list) && list.includes(item);

/** Whether a row belongs to a list, as far as the browser can tell. */
export function mayBelong(row: RecordRow, filter: RowFilter): boolean {
  if (row.deleted_at) return false;
  if (filter.state && row.data['state'] !== filter.state) return false;
  if (filter.label && !holds(row.data['labels'], filter.label)) return false;
  if (filter.assignee && !holds(row.data['assignees'], filter.assignee)) return false;
  const at = filter.connection_id;
  return !at || row.links.some((link) => link.connection_id === at);
}

/**
 * Records of these changes that a list lacks. A change of a row it shows is no news: it is seen in
 * place. `rowOf` answers with the row as it is after the changes.
 */
export function freshIds(
  changes: readonly Change[],
  shown: ReadonlySet<string>,
  filter: RowFilter,
  rowOf: (id: string) => RecordRow | undefined,
): string[] {
  const ids = new Set(changes.map((change) => change.record_id));
  return [...ids].filter((id) => {
    const row = rowOf(id);
    return !shown.has(id) && (row === undefined || mayBelong(row, filter));
  });
}
