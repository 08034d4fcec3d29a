import type { Tx } from '#lib/db/index';
import type { PageKey } from './page-cursor.ts';
import type { StoredRecord } from './record-row.ts';
import type { RecordListQuery } from './schema.ts';
import { recordColumns } from './store.ts';

/** Words, labels and assignees are looked for among this many of the newest matches. */
export const matchedRows = 10_000;
/** Up to here `estimated` is exact; above it the planner's figure is taken. */
const countedRows = 10_000;

export type Filter = Omit<RecordListQuery, 'workspace_id' | 'cursor' | 'limit' | 'count' | 'sort'>;

function conditions(tx: Tx, workspaceId: string, filter: Filter) {
  const { kind, q, state, connection_id, stream_id, label, assignee } = filter;
  const needsMatch = Boolean(q) || label !== undefined || assignee !== undefined;
  return tx`
    r.workspace_id = ${workspaceId} and r.kind = ${kind} and r.deleted_at is null
    ${state ? tx`and r.state = ${state}` : tx``}
    ${
      needsMatch
        ? tx`and r.id in (select private.match_records(${workspaceId}::uuid, ${kind}::text,
            ${q || null}::text, ${label ?? null}::text, ${assignee ?? null}::text, ${matchedRows}::int))`
        : tx``
    }
    ${
      connection_id || stream_id
        ? tx`and exists (select 1 from public.links f
            where f.workspace_id = r.workspace_id and f.record_id = r.id
            ${connection_id ? tx`and f.connection_id = ${connection_id}` : tx``}
            ${stream_id ? tx`and f.stream_id = ${stream_id}` : tx``})`
        : tx``
    }`;
}

const sortKeys = {
  updated_at: { column: 'updated_at', type: 'timestamptz', descending: false },
  '-updated_at': { column: 'updated_at', type: 'timestamptz', descending: true },
  title: { column: 'title_key', type: 'text', descending: false },
  '-title': { column: 'title_key', type: 'text', descending: true },
} as const;

export interface PagedRecord extends StoredRecord {
  sort_key: string;
}

/** One page in the order of the sort, with the id as the last word, so that the order is total. */
export function selectPage(
  tx: Tx,
  workspaceId: string,
  filter: Filter,
  sort: RecordListQuery['sort'],
  after: PageKey | null,
  rows: number,
): Promise<PagedRecord[]> {
  const { column, type, descending } = sortKeys[sort];
  const key = tx(`r.${column}`);
  const direction = descending ? tx`desc` : tx`asc`;
  const beyond = descending ? tx`<` : tx`>`;
  const bound = type === 'timestamptz' ? tx`::text::timestamptz` : tx`::text`;
  return tx<PagedRecord[]>`
    with page as materialized (
      select r.id, ${key} as sort_key from public.records r
      where ${conditions(tx, workspaceId, filter)}
        ${after ? tx`and (${key}, r.id) ${beyond} (${after.key}${bound}, ${after.id}::uuid)` : tx``}
      order by ${key} ${direction}, r.id ${direction} limit ${rows}
    )
    select ${recordColumns(tx)}, p.sort_key
    from page p join public.records r on r.id = p.id
    order by p.sort_key ${direction}, r.id ${direction}`;
}

export async function countRows(
  tx: Tx,
  workspaceId: string,
  filter: Filter,
  precision: 'exact' | 'estimated',
): Promise<number> {
  const where = conditions(tx, workspaceId, filter);
  if (precision === 'exact') {
    const [row] = await tx<
      { n: number }[]
    >`select count(*) as n from public.records r where ${where}`;
    return row?.n ?? 0;
  }
  const [row] = await tx<{ n: number }[]>`
    select count(*) as n from (
      select 1 from public.records r where ${where} limit ${countedRows + 1}
    ) as counted`;
  const counted = row?.n ?? 0;
  if (counted <= countedRows) return counted;
  const [plan] = await tx<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }[]>`
    explain (format json) select 1 from public.records r where ${where}`;
  return Math.max(counted, plan?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0);
}
