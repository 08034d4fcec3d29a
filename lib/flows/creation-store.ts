import type { Tx } from '#lib/db/index';
import { type Creation, openCreationStates } from './creation-shape.ts';

/** What a person can do something about first. */
const rank = (tx: Tx) => tx`case m.state when 'refused' then 0 when 'unknown' then 1 else 2 end`;

const columns = (tx: Tx) => tx`
  m.id, m.record_id, m.stream_id, m.state, m.attempts, m.sent_at, m.next_attempt_at, m.created_at,
  left(coalesce(nullif(r.data ->> 'title', ''), r.data ->> 'name', r.data ->> 'body', ''), 300) as title,
  case when m.error is null then null else jsonb_build_object(
    'code', coalesce(m.error ->> 'code', 'internal.unexpected'),
    'message', coalesce(m.error ->> 'message', 'It did not work.')) end as error`;

const ofFlow = (tx: Tx, workspaceId: string, flowId: string) => tx`
  public.creations m
  join public.flow_sides fs on fs.workspace_id = ${workspaceId} and fs.stream_id = m.stream_id
    and fs.flow_id = ${flowId}
  join public.records r on r.workspace_id = ${workspaceId} and r.id = m.record_id
  where m.workspace_id = ${workspaceId} and m.state = any(${[...openCreationStates]}::text[])`;

export interface CreationRow extends Creation {
  rank: number;
}

/** What a flow owes: refused first, then what nobody knows, then what waits. */
export function selectCreations(
  tx: Tx,
  workspaceId: string,
  flowId: string,
  after: { rank: number; id: string } | null,
  rows: number,
): Promise<CreationRow[]> {
  return tx<CreationRow[]>`
    select ${columns(tx)}, ${rank(tx)} as rank from ${ofFlow(tx, workspaceId, flowId)}
      ${after ? tx`and (${rank(tx)}, m.id) > (${after.rank}, ${after.id})` : tx``}
    order by rank, m.id limit ${rows}`;
}

export async function countCreations(tx: Tx, workspaceId: string, flowId: string): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from ${ofFlow(tx, workspaceId, flowId)}`;
  return row?.count ?? 0;
}

/** One of the flow, whatever its state; null when it owes none such. */
export async function selectCreation(
  tx: Tx,
  workspaceId: string,
  flowId: string,
  creationId: string,
): Promise<Creation | null> {
  const [row] = await tx<Creation[]>`
    select ${columns(tx)} from public.creations m
    join public.flow_sides fs on fs.workspace_id = ${workspaceId} and fs.stream_id = m.stream_id
      and fs.flow_id = ${flowId}
    join public.records r on r.workspace_id = ${workspaceId} and r.id = m.record_id
    where m.workspace_id = ${workspaceId} and m.id = ${creationId}`;
  return row ?? null;
}

/**
 * Only what was not sent, or was sent and refused, or is a person's to decide: an object that may be
 * there is not let go of otherwise.
 */
export async function cancelCreation(
  tx: Tx,
  workspaceId: string,
  creationId: string,
): Promise<boolean> {
  const rows = await tx`
    update public.creations
    set state = 'cancelled', next_attempt_at = null, finished_at = now()
    where workspace_id = ${workspaceId} and id = ${creationId}
      and (state in ('owed', 'refused') or (state = 'unknown' and next_attempt_at is null))
    returning id`;
  return rows.length > 0;
}
