import type { Tx } from '#lib/db/index';
import type { RedriveMany } from './delivery-shape.ts';

interface Acted {
  id: string;
  record_id: string;
}

/**
 * What is over is owed again, with a fresh schedule; the record's order decides when it goes. What
 * failed and waits for its next try need not wait.
 */
export function reopen(
  tx: Tx,
  at: { workspaceId: string; subscriptionId: string },
  ids: readonly string[],
): Promise<Acted[]> {
  return tx<Acted[]>`
    update public.deliveries set status = 'pending', attempts = 0, ended_at = null, next_attempt_at = null
    where workspace_id = ${at.workspaceId} and subscription_id = ${at.subscriptionId}
      and id = any(${ids as string[]}::uuid[]) and (ended_at is not null or status = 'failed')
    returning id, record_id`;
}

/** What waits is passed over. One that is on its way is not touched. */
export function pass(
  tx: Tx,
  at: { workspaceId: string; id: string },
  status: 'skipped',
): Promise<Acted[]> {
  return tx<Acted[]>`
    update public.deliveries set status = ${status}, ended_at = now(), next_attempt_at = null
    where workspace_id = ${at.workspaceId} and id = ${at.id} and status in ('pending', 'failed')
    returning id, record_id`;
}

export function cancelOfReplay(
  tx: Tx,
  at: { workspaceId: string; replayId: string },
): Promise<Acted[]> {
  return tx<Acted[]>`
    update public.deliveries set status = 'cancelled', ended_at = now(), next_attempt_at = null
    where workspace_id = ${at.workspaceId} and replay_id = ${at.replayId} and status in ('pending', 'failed')
    returning id, record_id`;
}

/** The oldest first. */
export async function selectToReopen(
  tx: Tx,
  workspaceId: string,
  want: RedriveMany,
  rows: number,
): Promise<string[]> {
  const found = await tx<{ id: string }[]>`
    select d.id from public.deliveries d where ${wanted(tx, workspaceId, want)}
    order by d.id limit ${rows}`;
  return found.map(({ id }) => id);
}

/** Counted up to a bound, so that asking stays cheap. */
export async function countToReopen(
  tx: Tx,
  workspaceId: string,
  want: RedriveMany,
  most: number,
): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(*)::int as n from (
      select 1 from public.deliveries d where ${wanted(tx, workspaceId, want)} limit ${most}) as bounded`;
  return row?.n ?? 0;
}

const wanted = (tx: Tx, workspaceId: string, want: RedriveMany) => tx`
  d.workspace_id = ${workspaceId} and d.subscription_id = ${want.subscription_id} and d.status = ${want.status}
  ${want.ids ? tx`and d.id = any(${want.ids}::uuid[])` : tx``}
  ${want.since ? tx`and d.created_at >= ${want.since}` : tx``}
  ${want.until ? tx`and d.created_at < ${want.until}` : tx``}`;

export async function makeDue(
  tx: Tx,
  at: { workspaceId: string; subscriptionId: string },
): Promise<void> {
  await tx`
    update public.subscriptions set due_at = least(due_at, now())
    where workspace_id = ${at.workspaceId} and id = ${at.subscriptionId}`;
}
