import type { Db, Tx } from '#lib/db/index';
import type { ConnectionLimits } from '#lib/resilience/schema';

/** How many connections are left alone just now, of all workspaces. */
export async function countResting(db: Db): Promise<number> {
  const [row] = await db<{ count: number }[]>`select private.count_resting() as count`;
  return row?.count ?? 0;
}

type BudgetRow = Omit<NonNullable<ConnectionLimits['budget']>, 'quota' | 'waiting'> & {
  quota_limit: number | null;
  quota_remaining: number;
  quota_reset_at: string;
  waiting_edit: number;
  waiting_refetch: number;
  waiting_poll: number;
  waiting_backfill: number;
  has_budget: boolean;
};
type BreakerRow = Omit<ConnectionLimits['breaker'], 'cause'> & {
  cause_code: string | null;
  cause: string | null;
};
type Row = Pick<ConnectionLimits, 'id' | 'connector' | 'name' | 'status'> & BudgetRow & BreakerRow;

/** Rows of the page; who is in trouble comes first. */
const mostRows = 500;

/**
 * Budgets as they stand now: what came back since the last call is counted in, and a window that
 * ended, or was only looked into, is not shown as a count.
 */
export async function readConnectionLimits(
  tx: Tx,
  workspaceId: string,
): Promise<ConnectionLimits[]> {
  const rows = await tx<Row[]>`
    select c.id, c.connector, c.account_name as name, c.status, b.connection_id is not null as has_budget,
      floor(greatest(0, least(b.burst - s.held,
        b.tokens + b.per_second * extract(epoch from clock_timestamp() - b.filled_at))))::float8 as ready,
      b.burst, b.per_second, s.held as under_way, b.concurrent,
      case when b.quota_word <> 'look' and b.quota_reset_at > now() then b.quota_limit end as quota_limit,
      b.quota_remaining, b.quota_reset_at,
      case when b.paused_until > now() then b.paused_until end as paused_until,
      s.waiting_edit, s.waiting_refetch, s.waiting_poll, s.waiting_backfill, b.calls, b.calls_saved,
      coalesce(k.state, 'closed') as state, k.opened_at as since, k.retry_at, coalesce(k.faults, 0) as faults,
      k.cause_code, k.cause
    from public.connections c
    left join public.connection_budgets b on b.workspace_id = c.workspace_id and b.connection_id = c.id
    left join public.connection_breakers k on k.workspace_id = c.workspace_id and k.connection_id = c.id
    left join lateral (
      select coalesce(sum(held), 0)::int as held, coalesce(sum(waiting_edit), 0)::int as waiting_edit,
        coalesce(sum(waiting_refetch), 0)::int as waiting_refetch,
        coalesce(sum(waiting_poll), 0)::int as waiting_poll,
        coalesce(sum(waiting_backfill), 0)::int as waiting_backfill
      from public.connection_budget_shares s
      where s.workspace_id = c.workspace_id and s.connection_id = c.id and s.lease_until > now()) s on true
    where c.workspace_id = ${workspaceId} and c.status <> 'disconnected'
    order by coalesce(k.state, 'closed') = 'closed', c.connector, c.account_name, c.id
    limit ${mostRows}`;
  return rows.map(toLimits);
}

function toLimits(row: Row): ConnectionLimits {
  const { id, connector, name, status, state, since, retry_at, faults } = row;
  return {
    id,
    connector,
    name,
    status,
    budget: row.has_budget ? toBudget(row) : null,
    breaker: {
      state,
      since,
      retry_at: state === 'open' ? retry_at : null,
      faults,
      cause:
        state === 'closed' || row.cause_code === null
          ? null
          : { code: row.cause_code, message: row.cause ?? '' },
    },
  };
}

const toBudget = (row: Row): NonNullable<ConnectionLimits['budget']> => ({
  ready: row.ready,
  burst: row.burst,
  per_second: row.per_second,
  under_way: row.under_way,
  concurrent: row.concurrent,
  quota:
    row.quota_limit === null
      ? null
      : { limit: row.quota_limit, remaining: row.quota_remaining, reset_at: row.quota_reset_at },
  paused_until: row.paused_until,
  waiting: {
    edit: row.waiting_edit,
    refetch: row.waiting_refetch,
    poll: row.waiting_poll,
    backfill: row.waiting_backfill,
  },
  calls: row.calls,
  calls_saved: row.calls_saved,
});
