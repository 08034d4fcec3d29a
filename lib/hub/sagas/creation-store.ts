import type { JsonObject } from '#lib/core/index';
import { type Queryable, type Tx, wake } from '#lib/db/index';

/** Where a stream is, in words and for calls. */
export interface PlaceRow {
  connection_id: string;
  connector: string;
  name: string;
  resource: string;
  scope: JsonObject;
  /** Nothing can be made there as things stand. */
  is_closed: boolean;
}

export async function selectPlace(
  db: Queryable,
  workspaceId: string,
  streamId: string,
): Promise<PlaceRow | null> {
  const [row] = await db<PlaceRow[]>`
    select s.connection_id, c.connector, s.name, s.resource, s.scope,
      c.status <> 'active' or s.phase = 'paused' as is_closed
    from public.streams s
    join public.connections c on c.workspace_id = s.workspace_id and c.id = s.connection_id
    where s.workspace_id = ${workspaceId} and s.id = ${streamId}`;
  return row ?? null;
}

export interface OrderedObject {
  id: string;
  state: 'owed' | 'sending' | 'unknown' | 'done' | 'refused' | 'cancelled';
  error: { message: string } | null;
  age_ms: number;
  /** More than one object there could be it, or it cannot be kept: it is not looked for by itself any more. */
  is_parked: boolean;
  link_id: string | null;
  external_id: string | null;
  external_key: string | null;
  /** The link has ended: the object is gone, or was taken back. */
  is_ended: boolean;
}

/** What a saga ordered in a stream; null until it did. */
export async function selectOrdered(
  db: Queryable,
  at: { workspaceId: string; sagaId: string; streamId: string },
): Promise<OrderedObject | null> {
  const [row] = await db<OrderedObject[]>`
    select n.id, n.state, n.error, n.link_id, l.external_id, l.external_key,
      (extract(epoch from clock_timestamp() - n.created_at) * 1000)::float8 as age_ms,
      n.state = 'unknown' and n.next_attempt_at is null as is_parked,
      coalesce(l.state = 'tombstone', false) as is_ended
    from public.creations n
    left join public.links l on l.workspace_id = n.workspace_id and l.id = n.link_id
    where n.workspace_id = ${at.workspaceId} and n.saga_id = ${at.sagaId} and n.stream_id = ${at.streamId}`;
  return row ?? null;
}

/** Whose it is; in the transaction in which it becomes owed. */
export async function signOrder(
  tx: Tx,
  at: { workspaceId: string; sagaId: string; recordId: string; streamId: string },
): Promise<void> {
  await tx`
    update public.creations set saga_id = ${at.sagaId}
    where workspace_id = ${at.workspaceId} and record_id = ${at.recordId} and stream_id = ${at.streamId}`;
}

/** Somebody may have put it right at the service meanwhile. */
export async function lookAgain(tx: Tx, workspaceId: string, creationId: string): Promise<void> {
  await tx`
    update public.creations set next_attempt_at = now()
    where workspace_id = ${workspaceId} and id = ${creationId} and state = 'unknown' and next_attempt_at is null`;
  await wake(tx, 'creations');
}

/** False when a call for it is under way, or was made: then it is not cancelled. */
export async function cancelOrder(
  tx: Tx,
  workspaceId: string,
  creationId: string,
): Promise<boolean> {
  const { count } = await tx`
    update public.creations set state = 'cancelled', next_attempt_at = null, lease_until = null,
      epoch = epoch + 1, finished_at = coalesce(finished_at, now())
    where workspace_id = ${workspaceId} and id = ${creationId}
      and state in ('owed', 'refused', 'cancelled')`;
  return count === 1;
}

/** What was made is taken back: it is not made again. */
export async function closeOrder(tx: Tx, workspaceId: string, creationId: string): Promise<void> {
  await tx`
    update public.creations set state = 'cancelled', next_attempt_at = null
    where workspace_id = ${workspaceId} and id = ${creationId} and state = 'done'`;
}
