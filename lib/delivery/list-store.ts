import type { Tx } from '#lib/db/index';
import type { Delivery, DeliveryDetail, DeliveryFilter } from './delivery-shape.ts';

const columns = (tx: Tx) => tx`
  d.id, d.subscription_id, d.replay_id, d.position, d.record_id, d.kind, d.op, d.version, d.origin,
  d.connection_id, d.fields, d.title, d.changed_at, d.status, d.attempts, d.next_attempt_at,
  d.attempt_log -> 0 as last_attempt, d.created_at, d.ended_at`;

/** Which deliveries; the caller puts `where` before it. */
export const matching = (tx: Tx, workspaceId: string, filter: DeliveryFilter) => tx`
  d.workspace_id = ${workspaceId}
  ${filter.subscription_id ? tx`and d.subscription_id = ${filter.subscription_id}` : tx``}
  ${filter.status ? tx`and d.status = ${filter.status}` : tx``}
  ${filter.record_id ? tx`and d.record_id = ${filter.record_id}` : tx``}
  ${filter.replay_id ? tx`and d.replay_id = ${filter.replay_id}` : tx``}
  ${filter.since ? tx`and d.created_at >= ${filter.since}` : tx``}
  ${filter.until ? tx`and d.created_at < ${filter.until}` : tx``}`;

/** The newest first, from before an id. Under the member's claims. */
export function selectDeliveries(
  tx: Tx,
  workspaceId: string,
  page: { filter: DeliveryFilter; before: string | null; rows: number },
): Promise<Delivery[]> {
  return tx<Delivery[]>`
    select ${columns(tx)} from public.deliveries d
    where ${matching(tx, workspaceId, page.filter)}
      ${page.before ? tx`and d.id < ${page.before}` : tx``}
    order by d.id desc limit ${page.rows}`;
}

export async function selectDelivery(
  tx: Tx,
  id: string,
): Promise<(DeliveryDetail & { workspace_id: string }) | null> {
  const [row] = await tx<(DeliveryDetail & { workspace_id: string })[]>`
    select d.workspace_id, ${columns(tx)}, d.attempt_log, c.diff
    from public.deliveries d
    left join public.change_log c on c.workspace_id = d.workspace_id and c.position = d.position
    where d.id = ${id}`;
  return row ?? null;
}
