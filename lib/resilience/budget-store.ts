import { type Db, type Tx, transaction } from '#lib/db/index';
import type { BudgetStore, Turn } from './budget-memory.ts';
import { type Book, type Exchanged, exchange } from './budget-shares.ts';
import { fullBudget, type Quota } from './budget-state.ts';
import { byLane } from './lane.ts';
import type { Pace } from './pace.ts';

export interface BudgetAt {
  workspaceId: string;
  connectionId: string;
}

interface BookRow {
  now_ms: number;
  tokens: number;
  filled_ms: number;
  quota_limit: number | null;
  quota_remaining: number | null;
  quota_reset_ms: number | null;
  quota_word: Quota['word'] | null;
  paused_ms: number | null;
  calls: number;
}

interface ShareRow {
  holder: string;
  epoch: number;
  held: number;
  waiting_edit: number;
  waiting_refetch: number;
  waiting_poll: number;
  waiting_backfill: number;
  lease_ms: number;
}

/**
 * The book of a connection in PostgreSQL, by its clock. The row's lock makes the turns of all workers
 * one after another. A turn is not waited for on the disk: what a crash of PostgreSQL forgets is less
 * than a second of calls, and the service's next answer says the count again.
 */
export function postgresBudget(db: Db, at: BudgetAt): BudgetStore {
  return {
    turn: (turn) =>
      transaction(db, async (tx) => {
        const row = (await lockBook(tx, at)) ?? (await openBook(tx, at, turn.pace));
        const shares = await tx<ShareRow[]>`
          select holder, epoch, held, waiting_edit, waiting_refetch, waiting_poll, waiting_backfill,
            (extract(epoch from lease_until) * 1000)::float8 as lease_ms
          from public.connection_budget_shares
          where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId}`;
        const done = exchange(toBook(row, shares), turn.pace, turn.holder, turn.report, row.now_ms);
        await write(tx, at, turn, done);
        return { grant: done.grant, epoch: done.mine.epoch, ended: done.state.ended };
      }),
  };
}

async function lockBook(tx: Tx, at: BudgetAt): Promise<BookRow | null> {
  // The clock is read once the lock is held: a turn that waited for it is not in the past.
  const [row] = await tx<BookRow[]>`
    with held as (
      select * from public.connection_budgets
      where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId} for update)
    select set_config('synchronous_commit', 'off', true),
      (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms, tokens,
      (extract(epoch from filled_at) * 1000)::float8 as filled_ms,
      quota_limit, quota_remaining, quota_word,
      (extract(epoch from quota_reset_at) * 1000)::float8 as quota_reset_ms,
      (extract(epoch from paused_until) * 1000)::float8 as paused_ms, calls
    from held`;
  return row ?? null;
}

/** Full at first; of two workers that open it one waits for the other and finds it there. */
async function openBook(tx: Tx, at: BudgetAt, pace: Pace): Promise<BookRow> {
  const full = fullBudget(pace, 0);
  const { quota } = full;
  await tx`
    insert into public.connection_budgets (connection_id, workspace_id, tokens, per_second, burst,
      concurrent, filled_at, quota_limit, quota_remaining, quota_word, quota_reset_at)
    values (${at.connectionId}, ${at.workspaceId}, ${full.tokens}, ${pace.perSecond}, ${pace.burst},
      ${pace.concurrent}, clock_timestamp(), ${quota?.limit ?? null}, ${quota?.remaining ?? null},
      ${quota?.word ?? null},
      clock_timestamp() + make_interval(secs => ${quota ? seconds(quota.resetAtMs) : null}))
    on conflict (connection_id) do nothing`;
  const row = await lockBook(tx, at);
  if (!row) throw new Error('The budget of a connection cannot be opened');
  return row;
}

function toBook(row: BookRow, shares: readonly ShareRow[]): Book {
  const { quota_limit: limit, quota_remaining: remaining, quota_reset_ms: resetAtMs } = row;
  const { quota_word: word } = row;
  return {
    state: {
      tokens: row.tokens,
      filledAtMs: row.filled_ms,
      quota:
        limit === null || remaining === null || resetAtMs === null || word === null
          ? null
          : { limit, remaining, resetAtMs, word },
      pausedUntilMs: row.paused_ms ?? 0,
      ended: row.calls,
    },
    shares: shares.map((share) => ({
      holder: share.holder,
      epoch: share.epoch,
      held: share.held,
      waiting: byLane((lane) => share[`waiting_${lane}`]),
      leaseUntilMs: share.lease_ms,
    })),
  };
}

const seconds = (ms: number): number => ms / 1_000;

/** Book and share in one statement; shares that ran out go with the turn that finds them. */
async function write(tx: Tx, at: BudgetAt, turn: Turn, done: Exchanged): Promise<void> {
  const { pace, saved } = turn;
  const { state, mine, gone } = done;
  const { quota } = state;
  const { waiting } = mine;
  await tx`
    with book as (
      update public.connection_budgets set tokens = ${state.tokens}, per_second = ${pace.perSecond},
        burst = ${pace.burst}, concurrent = ${pace.concurrent},
        filled_at = to_timestamp(${seconds(state.filledAtMs)}),
        quota_limit = ${quota?.limit ?? null}, quota_remaining = ${quota?.remaining ?? null},
        quota_reset_at = to_timestamp(${quota ? seconds(quota.resetAtMs) : null}),
        quota_word = ${quota?.word ?? null},
        paused_until = to_timestamp(${state.pausedUntilMs > 0 ? seconds(state.pausedUntilMs) : null}),
        calls = ${state.ended}, calls_saved = calls_saved + ${saved}, updated_at = now()
      where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId}
    ), ended as (
      delete from public.connection_budget_shares
      where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId}
        and holder = any(${gone}::uuid[]))
    insert into public.connection_budget_shares (connection_id, workspace_id, holder, epoch, held,
      waiting_edit, waiting_refetch, waiting_poll, waiting_backfill, lease_until)
    values (${at.connectionId}, ${at.workspaceId}, ${mine.holder}, ${mine.epoch}, ${mine.held},
      ${waiting.edit}, ${waiting.refetch}, ${waiting.poll}, ${waiting.backfill},
      to_timestamp(${seconds(mine.leaseUntilMs)}))
    on conflict (connection_id, holder) do update set epoch = excluded.epoch, held = excluded.held,
      waiting_edit = excluded.waiting_edit, waiting_refetch = excluded.waiting_refetch,
      waiting_poll = excluded.waiting_poll, waiting_backfill = excluded.waiting_backfill,
      lease_until = excluded.lease_until`;
}
