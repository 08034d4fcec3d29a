import { type Db, type Queryable, type Tx, transaction } from '#lib/db/index';
import type { BreakerStore } from './breaker.ts';
import { type BreakerState, closedBreaker } from './breaker-state.ts';

interface Row {
  now_ms: number;
  state: BreakerState['state'] | null;
  faults: number;
  opens: number;
  opened_ms: number | null;
  retry_ms: number | null;
  cause_code: string | null;
  cause: string | null;
  probe_holder: string | null;
  probe_ms: number | null;
  epoch: number;
}

const causeChars = 1_000;

/** A table of breakers and the column that names whose each is. */
export interface BreakerShelf {
  table: string;
  owner: string;
}
/** Its columns are read and written here alone. */
export const connectionBreakers: BreakerShelf = {
  table: 'connection_breakers',
  owner: 'connection_id',
};

export interface BreakerAt {
  workspaceId: string;
  ownerId: string;
}

interface Place extends BreakerAt {
  shelf: BreakerShelf;
}

/** A breaker in PostgreSQL, by its clock. No row is a closed one. */
export function postgresBreaker(db: Db, shelf: BreakerShelf, of: BreakerAt): BreakerStore {
  const at = { ...of, shelf };
  return {
    read: () => readBreaker(db, at),
    change: (decide) =>
      transaction(db, async (tx) => {
        await tx`
          insert into public.${tx(shelf.table)} (${tx(shelf.owner)}, workspace_id, state)
          values (${at.ownerId}, ${at.workspaceId}, 'closed')
          on conflict (${tx(shelf.owner)}) do nothing`;
        await tx`
          select 1 from public.${tx(shelf.table)}
          where workspace_id = ${at.workspaceId} and ${tx(shelf.owner)} = ${at.ownerId} for update`;
        const { breaker: before, nowMs } = await readBreaker(tx, at);
        const next = decide(before, nowMs);
        if (next) await writeBreaker(tx, at, next, next.state !== before.state);
        return { before, after: next ?? before, nowMs };
      }),
  };
}

async function readBreaker(
  db: Queryable,
  at: Place,
): Promise<{ breaker: BreakerState; nowMs: number }> {
  const [row] = await db<Row[]>`
    select (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms, b.state, b.faults, b.opens,
      (extract(epoch from b.opened_at) * 1000)::float8 as opened_ms,
      (extract(epoch from b.retry_at) * 1000)::float8 as retry_ms, b.cause_code, b.cause, b.probe_holder,
      (extract(epoch from b.probe_until) * 1000)::float8 as probe_ms, b.epoch
    from (select 1) one
    left join public.${db(at.shelf.table)} b
      on b.workspace_id = ${at.workspaceId} and b.${db(at.shelf.owner)} = ${at.ownerId}`;
  if (!row) throw new Error('A breaker cannot be read');
  return { breaker: toBreaker(row), nowMs: row.now_ms };
}

function toBreaker(row: Row): BreakerState {
  if (row.state === null) return closedBreaker;
  return {
    state: row.state,
    faults: row.faults,
    opens: row.opens,
    openedAtMs: row.opened_ms,
    retryAtMs: row.retry_ms,
    cause: row.cause_code === null ? null : { code: row.cause_code, message: row.cause ?? '' },
    probe:
      row.probe_holder === null || row.probe_ms === null
        ? null
        : { holder: row.probe_holder, untilMs: row.probe_ms },
    epoch: row.epoch,
  };
}

const seconds = (ms: number | null | undefined): number | null => (ms == null ? null : ms / 1_000);

async function writeBreaker(
  tx: Tx,
  at: Place,
  next: BreakerState,
  isChange: boolean,
): Promise<void> {
  await tx`
    update public.${tx(at.shelf.table)} set state = ${next.state}, faults = ${next.faults}, opens = ${next.opens},
      opened_at = to_timestamp(${seconds(next.openedAtMs)}), retry_at = to_timestamp(${seconds(next.retryAtMs)}),
      cause_code = ${next.cause?.code ?? null}, cause = ${next.cause?.message.slice(0, causeChars) ?? null},
      probe_holder = ${next.probe?.holder ?? null}, probe_until = to_timestamp(${seconds(next.probe?.untilMs)}),
      epoch = ${next.epoch}, changed_at = case when ${isChange} then now() else changed_at end
    where workspace_id = ${at.workspaceId} and ${tx(at.shelf.owner)} = ${at.ownerId}`;
}
