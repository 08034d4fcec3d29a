import { limits } from '#lib/core/index';
import type { Queryable, Tx } from '#lib/db/index';
import { indexed, isLooking, looked } from './inbox-filter-store.ts';
import type {
  DeadLetterGroup,
  InboxEvent,
  InboxEventDetail,
  InboxFilter,
  Refusal,
} from './schema.ts';

/** Rows one page is looked for in; some 20 ms. */
const lookedAt = 20_000;

export const columns = (db: Queryable) => db`
  e.id, e.connection_id, e.endpoint_id, e.connector, e.event, e.delivery_id, e.verdict, e.received_at,
  e.status, e.attempts, e.outcome, case when e.status in ('failed', 'dead') then e.reason end as reason,
  e.record_id, e.processed_at, e.replayed_at, e.replay_id, e.parent_id, e.parts,
  octet_length(e.body) as body_bytes`;

export interface PageQuery {
  workspaceId: string;
  filter: InboxFilter;
  /** Ids below `before`, newest first; or above `after`, oldest first. */
  before?: string | undefined;
  after?: string | undefined;
  limit: number;
}

export interface Page {
  rows: InboxEvent[];
  /** The last id looked at, when the page ended there and not at its limit or at the end of all. */
  reachedId: string | null;
}

/** In the order of the direction; ids sort by arrival. */
export async function selectPage(tx: Tx, query: PageQuery): Promise<Page> {
  const order = query.after ? tx`order by e.id asc` : tx`order by e.id desc`;
  const scanned = tx`
    from public.inbox_events e
    where e.workspace_id = ${query.workspaceId}
      ${query.before ? tx`and e.id < ${query.before}` : tx``}
      ${query.after ? tx`and e.id > ${query.after}` : tx``}
      ${indexed(tx, query.filter)}
    ${order}`;
  const rows = await tx<InboxEvent[]>`
    select ${columns(tx)} from (select * ${scanned} limit ${lookedAt}) e
    where true ${looked(tx, query.filter)} ${order} limit ${query.limit}`;
  if (rows.length === query.limit || !isLooking(query.filter)) return { rows, reachedId: null };
  const [last] = await tx<{ id: string }[]>`select e.id ${scanned} offset ${lookedAt - 1} limit 1`;
  return { rows, reachedId: last?.id ?? null };
}

type DetailRow = InboxEvent & {
  headers: Record<string, string>;
  body: Buffer;
  attempt_log: InboxEventDetail['attempt_log'];
};

export async function selectEvent(tx: Tx, eventId: string): Promise<DetailRow | null> {
  const [row] = await tx<DetailRow[]>`
    select ${columns(tx)}, e.headers, e.body, e.attempt_log
    from public.inbox_events e where e.id = ${eventId}`;
  return row ?? null;
}

/** Counts and what has not been added to them yet, in one snapshot. */
const counted = (tx: Tx, workspaceId: string) => tx`(
  select status, reason, count from public.inbox_counts where workspace_id = ${workspaceId}
  union all
  select status, reason, delta from private.inbox_deltas where workspace_id = ${workspaceId})`;

export function selectCounts(
  tx: Tx,
  workspaceId: string,
): Promise<{ status: InboxEvent['status']; count: number }[]> {
  return tx<{ status: InboxEvent['status']; count: number }[]>`
    select status, sum(count)::int as count from ${counted(tx, workspaceId)} c
    group by status having sum(count) > 0`;
}

/** The most frequent first. */
export async function selectDeadGroups(tx: Tx, workspaceId: string): Promise<DeadLetterGroup[]> {
  const groups = await tx<{ reason: string; count: number }[]>`
    select reason, sum(count)::int as count from ${counted(tx, workspaceId)} c
    where status = 'dead' group by reason having sum(count) > 0
    order by 2 desc, 1 limit ${limits.pageRows}`;
  const latest = await tx<InboxEvent[]>`
    select ${columns(tx)} from unnest(${groups.map(({ reason }) => reason)}::text[]) g (reason),
    lateral (
      select * from public.inbox_events i
      where i.workspace_id = ${workspaceId} and i.status = 'dead' and coalesce(i.reason, '') = g.reason
      order by i.id desc limit 1) e`;
  return groups.map((group) => ({
    ...group,
    last: latest.find(({ reason }) => (reason ?? '') === group.reason) ?? null,
  }));
}

export function selectRefusals(tx: Tx, workspaceId: string): Promise<Refusal[]> {
  return tx<Refusal[]>`
    select endpoint_id, reason, count, last_at from public.webhook_refusals
    where workspace_id = ${workspaceId} and day = (now() at time zone 'utc')::date
    order by last_at desc, endpoint_id, reason limit ${limits.pageRows}`;
}
