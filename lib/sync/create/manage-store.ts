import type { JsonObject } from '#lib/core/index';
import { json, type Tx } from '#lib/db/index';
import type { Creation, CreationState } from './creation-shape.ts';

export interface CreationFilter {
  recordId?: string | undefined;
  streamId?: string | undefined;
  state?: CreationState | undefined;
  /** Ids below this one: older rows. */
  before?: string | undefined;
}

const columns = (tx: Tx) => tx`
  c.id, c.record_id, c.connection_id, c.stream_id, c.state,
  case when c.error is not null then jsonb_build_object('code', c.error -> 'code', 'message', c.error -> 'message',
    'fields', coalesce(c.error -> 'fields', '[]')) end as error,
  c.state in ('owed', 'unknown') and c.next_attempt_at is null as asks,
  c.attempts, c.next_attempt_at, c.created_at, c.finished_at`;

/** Newest first. */
export function selectCreations(
  tx: Tx,
  workspaceId: string,
  filter: CreationFilter,
  rows: number,
): Promise<Creation[]> {
  return tx<Creation[]>`
    select ${columns(tx)} from public.creations c
    where c.workspace_id = ${workspaceId}
      ${filter.recordId ? tx`and c.record_id = ${filter.recordId}` : tx``}
      ${filter.streamId ? tx`and c.stream_id = ${filter.streamId}` : tx``}
      ${filter.state ? tx`and c.state = ${filter.state}` : tx``}
      ${filter.before ? tx`and c.id < ${filter.before}` : tx``}
    order by c.id desc limit ${rows}`;
}

export async function selectCreation(
  tx: Tx,
  creationId: string,
): Promise<(Creation & { workspace_id: string }) | null> {
  const [row] = await tx<(Creation & { workspace_id: string })[]>`
    select c.workspace_id, ${columns(tx)} from public.creations c where c.id = ${creationId}`;
  return row ?? null;
}

/** False when it is not in a state that allows it. What was called is looked for again, not made again. */
export async function retryOne(tx: Tx, workspaceId: string, creationId: string): Promise<boolean> {
  const { count } = await tx`
    update public.creations set state = case when state = 'unknown' then 'unknown' else 'owed' end,
      next_attempt_at = now(), attempts = 0, error = null, finished_at = null,
      is_planned = true
    where workspace_id = ${workspaceId} and id = ${creationId}
      and state in ('owed', 'unknown', 'refused', 'cancelled')`;
  return count > 0;
}

export async function cancelOne(tx: Tx, workspaceId: string, creationId: string): Promise<boolean> {
  const { count } = await tx`
    update public.creations set state = 'cancelled', next_attempt_at = null, finished_at = now()
    where workspace_id = ${workspaceId} and id = ${creationId}
      and (state in ('owed', 'refused') or (state = 'unknown' and next_attempt_at is null))`;
  return count > 0;
}

/** A person has said yes to what was too many at once. */
export async function releaseParked(
  tx: Tx,
  workspaceId: string,
  streamId: string,
  error: JsonObject,
): Promise<number> {
  const { count } = await tx`
    update public.creations set next_attempt_at = now(), error = null, is_planned = true
    where workspace_id = ${workspaceId} and stream_id = ${streamId} and state = 'owed'
      and next_attempt_at is null and error = ${json(tx, error)}`;
  return count;
}
