import type { Tx } from '#lib/db/index';
import type { StreamDelivery } from './sync-deps.ts';

/** How changes arrive from now on, on the stream and for its connection as a whole. */
export async function saveDelivery(
  tx: Tx,
  at: { workspaceId: string; connectionId: string; streamId: string },
  saved: {
    delivery: StreamDelivery['delivery'];
    detail: string | null;
    /** Milliseconds until it is arranged for anew; null when that stands. */
    againAfterMs: number | null;
  },
): Promise<void> {
  const { againAfterMs: again } = saved;
  await tx`
    update public.streams set delivery = ${saved.delivery}, phase_detail = ${saved.detail},
      prepare_at = ${again === null ? tx`null` : tx`now() + ${`${again} milliseconds`}::interval`}
    where workspace_id = ${at.workspaceId} and id = ${at.streamId}`;
  await settleConnection(tx, at);
}

/** Also for the connection as a whole; a stream that changes to polling is polled at once. */
export async function setDelivery(
  tx: Tx,
  at: {
    workspaceId: string;
    connectionId: string;
    streamId?: string;
    scopeKey?: string | null;
  },
  delivery: StreamDelivery['delivery'],
  detail: string | null,
): Promise<void> {
  const { streamId, scopeKey } = at;
  await tx`
    update public.streams set phase_detail = ${detail},
      next_poll_at = case when delivery <> ${delivery} and phase = 'live' then now() else next_poll_at end,
      delivery = ${delivery}
    where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId}
      ${streamId === undefined ? tx`` : tx`and id = ${streamId}`}
      ${scopeKey == null ? tx`` : tx`and scope_key = ${scopeKey}`}
      ${streamId === undefined ? tx`and delivery <> ${delivery} and phase in ('waiting', 'backfill', 'live')` : tx``}`;
  await settleConnection(tx, at);
}

/** A connection is one with webhooks when all its streams are. */
async function settleConnection(
  tx: Tx,
  at: { workspaceId: string; connectionId: string },
): Promise<void> {
  await tx`
    update public.connections c set delivery = case when exists (
        select 1 from public.streams s where s.workspace_id = c.workspace_id and s.connection_id = c.id
          and s.delivery = 'poll') then 'poll' else 'webhook' end
    where c.workspace_id = ${at.workspaceId} and c.id = ${at.connectionId}`;
}
