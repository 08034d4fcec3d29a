import type { JsonObject } from '#lib/core/index';
import { type Db, type Queryable, transaction } from '#lib/db/index';
import type { BreakerShelf } from '#lib/resilience/index';
import { noRest, type RestState } from './rest-state.ts';

export interface DestinationAt {
  workspaceId: string;
  subscriptionId: string;
}

/** Read and written by the breaker of the resilience room. */
export const destinationBreakers: BreakerShelf = {
  table: 'subscription_breakers',
  owner: 'subscription_id',
};

export async function readRest(
  db: Db,
  at: DestinationAt,
): Promise<{ rest: RestState; nowMs: number }> {
  const [row] = await db<{ now_ms: number; rest_ms: number | null; rests: number | null }[]>`
    select (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms, b.rests,
      (extract(epoch from b.rest_until) * 1000)::float8 as rest_ms
    from (select 1) one
    left join public.subscription_breakers b
      on b.workspace_id = ${at.workspaceId} and b.subscription_id = ${at.subscriptionId}`;
  if (!row) throw new Error('The rest of a destination cannot be read');
  return {
    rest: row.rests === null ? noRest : { restUntilMs: row.rest_ms, rests: row.rests },
    nowMs: row.now_ms,
  };
}

/** Under the row's lock: writes what `decide` makes of it (null: nothing). */
export async function changeRest(
  db: Db,
  at: DestinationAt,
  decide: (rest: RestState, nowMs: number) => RestState | null,
): Promise<void> {
  await transaction(db, async (tx) => {
    await tx`
      insert into public.subscription_breakers (subscription_id, workspace_id, state)
      values (${at.subscriptionId}, ${at.workspaceId}, 'closed')
      on conflict (subscription_id) do nothing`;
    const [row] = await tx<{ now_ms: number; rest_ms: number | null; rests: number }[]>`
      with held as (
        select rest_until, rests from public.subscription_breakers
        where workspace_id = ${at.workspaceId} and subscription_id = ${at.subscriptionId} for update)
      select (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms, rests,
        (extract(epoch from rest_until) * 1000)::float8 as rest_ms from held`;
    const next = row && decide({ restUntilMs: row.rest_ms, rests: row.rests }, row.now_ms);
    if (!next) return;
    await tx`
      update public.subscription_breakers set rests = ${next.rests},
        rest_until = to_timestamp(${next.restUntilMs === null ? null : next.restUntilMs / 1_000})
      where workspace_id = ${at.workspaceId} and subscription_id = ${at.subscriptionId}`;
  });
}

export interface PresentRecord {
  version: number;
  data: JsonObject;
  deleted_at: string | null;
}

/** The record a delivery is about, as it is now. */
export async function readPresentRecord(
  db: Queryable,
  at: { workspaceId: string; recordId: string },
): Promise<PresentRecord | null> {
  const [row] = await db<PresentRecord[]>`
    select version, data, deleted_at from public.records
    where workspace_id = ${at.workspaceId} and id = ${at.recordId}`;
  return row ?? null;
}
