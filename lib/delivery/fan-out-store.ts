import type { JsonObject } from '#lib/core/index';
import { json, type Queryable, type Tx } from '#lib/db/index';
import type { Filter } from './filter-shape.ts';
import { deliveryLimits } from './limits.ts';
import type { Candidate } from './matches-filter.ts';

/** A subscription whose cursor is behind the log. */
export interface BehindRow {
  id: string;
  workspace_id: string;
  kind: 'webhook' | 'slack' | 'mail' | 'analytics';
  filter: JsonObject;
  cursor: number;
  /** The log begins behind it: what was before is kept no more. */
  pruned_to: number;
  /** The log's end when it was looked at: everything up to it is committed and numbered. */
  end_position: number;
}

/**
 * A subscription owes less than it may. One that owes as many waits without standing in line, so that
 * no number of them takes the turns of the others.
 */
export const owesLess = (db: Queryable) => db`(
  select count(*) from (
    select 1 from public.deliveries d
    where d.subscription_id = s.id and d.status in ('pending', 'sending', 'failed')
    limit ${deliveryLimits.owed}) as open) < ${deliveryLimits.owed}`;

/** Whose turn was longest ago comes first; a workspace has its second turn after everybody's first. */
export function selectBehind(db: Queryable, rows: number): Promise<BehindRow[]> {
  return db<BehindRow[]>`
    select id, workspace_id, kind, filter, cursor, pruned_to, end_position from (
      select s.id, s.workspace_id, s.kind, s.filter, s.cursor, s.fanned_at, c.pruned_to, c.position as end_position,
        row_number() over (partition by s.workspace_id order by s.fanned_at) as turn
      from public.subscriptions s
      join private.workspace_clocks c on c.workspace_id = s.workspace_id
      where s.status = 'active' and s.deleted_at is null and s.cursor < c.position
        and (s.lease_until is null or s.lease_until < now())
        and (s.kind = 'analytics' or ${owesLess(db)})) as behind
    order by turn, fanned_at limit ${rows}`;
}

export interface HeldSubscription {
  workspaceId: string;
  id: string;
  epoch: number;
  cursor: number;
}

/** Null when somebody else reads for it, or has by now. */
export async function leaseFanOut(
  db: Queryable,
  row: Pick<BehindRow, 'id' | 'workspace_id' | 'cursor'>,
): Promise<HeldSubscription | null> {
  const [held] = await db<{ epoch: number }[]>`
    update public.subscriptions set epoch = epoch + 1, fanned_at = clock_timestamp(),
      lease_until = now() + make_interval(secs => ${deliveryLimits.fanOutLeaseMs / 1000})
    where workspace_id = ${row.workspace_id} and id = ${row.id} and cursor = ${row.cursor}
      and status = 'active' and deleted_at is null and (lease_until is null or lease_until < now())
    returning epoch`;
  if (!held) return null;
  return { workspaceId: row.workspace_id, id: row.id, epoch: held.epoch, cursor: row.cursor };
}

/** Steps over what the log does not hold any more, and counts it: nothing passes by in silence. */
export async function stepOver(
  db: Queryable,
  { workspaceId, id, cursor, epoch }: HeldSubscription,
  to: number,
): Promise<void> {
  await db`
    update public.subscriptions set cursor = ${to}, missed = missed + ${to - cursor}, lease_until = null
    where workspace_id = ${workspaceId} and id = ${id} and epoch = ${epoch} and cursor = ${cursor}`;
}

export async function releaseFanOut(db: Queryable, held: HeldSubscription): Promise<void> {
  await db`
    update public.subscriptions set lease_until = null
    where workspace_id = ${held.workspaceId} and id = ${held.id} and epoch = ${held.epoch}`;
}

/** The streams that the record of a change `c` lives in, or lived in before it was deleted. */
export const homesOf = (db: Queryable) => db`
  select coalesce(array_agg(l.stream_id), '{}') as streams from public.links l
  where l.workspace_id = c.workspace_id and l.record_id = c.record_id`;

interface CandidateRow extends Candidate {
  position: number;
}

/**
 * The changes of a stretch of the log that may pass the filter. What can be told without looking into
 * the diff is decided here; the diff itself is read only when the filter asks for it.
 */
export function selectCandidates(
  db: Queryable,
  workspaceId: string,
  stretch: { after: number; upto: number; recordId?: string | null },
  filter: Filter,
): Promise<CandidateRow[]> {
  const { kinds, ops, origins, fields, where } = filter;
  const { connection_ids: connections, stream_ids: streams } = filter;
  return db<CandidateRow[]>`
    select c.position, c.kind, c.op, c.origin, c.connection_id as "connectionId", c.fields,
      ${streams ? db`home.streams` : db`'{}'::uuid[]`} as "streamIds",
      ${where ? db`c.diff` : db`'{}'::jsonb`} as diff
    from public.change_log c
    ${streams ? db`cross join lateral (${homesOf(db)}) as home` : db``}
    where c.workspace_id = ${workspaceId}
      and c.position > ${stretch.after} and c.position <= ${stretch.upto}
      ${kinds ? db`and c.kind = any(${kinds}::text[])` : db``}
      ${ops ? db`and c.op = any(${ops}::text[])` : db``}
      ${origins ? db`and c.origin = any(${origins}::text[])` : db``}
      ${connections ? db`and c.connection_id = any(${connections}::uuid[])` : db``}
      ${streams ? db`and home.streams && ${streams}::uuid[]` : db``}
      ${fields ? db`and c.fields && ${fields}::text[]` : db``}
      ${stretch.recordId ? db`and c.record_id = ${stretch.recordId}` : db``}
    order by c.position`;
}

/** Locks the subscription for whoever makes deliveries of it. False when it is not theirs any more. */
export async function lockAtCursor(tx: Tx, held: HeldSubscription): Promise<boolean> {
  const rows = await tx`
    select 1 from public.subscriptions
    where workspace_id = ${held.workspaceId} and id = ${held.id} and epoch = ${held.epoch}
      and cursor = ${held.cursor} and status = 'active' and deleted_at is null
    for no key update`;
  return rows.length > 0;
}

export async function advanceCursor(tx: Tx, held: HeldSubscription, to: number): Promise<void> {
  await tx`
    update public.subscriptions set cursor = ${to}, lease_until = null
    where workspace_id = ${held.workspaceId} and id = ${held.id} and epoch = ${held.epoch}`;
}

/**
 * One delivery for each position, in the transaction that holds the subscription's row. The first of
 * a record that owes nothing yet may go at once; the others wait for the one before them. Answers how
 * many may go.
 */
export async function insertDeliveries(
  tx: Tx,
  of: { workspaceId: string; subscriptionId: string; replayId: string | null },
  made: readonly { id: string; position: number }[],
): Promise<number> {
  const [row] = await tx<{ armed: number }[]>`
    with picked as (
      select m.id, c.position, c.record_id, c.kind, c.op, c.version, c.origin, c.connection_id,
        c.fields, c.at, r.title,
        row_number() over (partition by c.record_id order by c.position) = 1 and not exists (
          select 1 from public.deliveries d
          where d.subscription_id = ${of.subscriptionId} and d.record_id = c.record_id
            and d.status in ('pending', 'sending', 'failed')) as is_first
      from jsonb_to_recordset(${json(tx, made)}) as m (id uuid, position bigint)
      join public.change_log c on c.workspace_id = ${of.workspaceId} and c.position = m.position
      left join public.records r on r.workspace_id = c.workspace_id and r.id = c.record_id),
    written as (
      insert into public.deliveries (id, workspace_id, subscription_id, replay_id, position, record_id,
        kind, op, version, origin, connection_id, fields, title, changed_at, next_attempt_at)
      select p.id, ${of.workspaceId}, ${of.subscriptionId}, ${of.replayId}, p.position, p.record_id,
        p.kind, p.op, p.version, p.origin, p.connection_id, p.fields, p.title, p.at,
        case when p.is_first then now() end
      from picked p order by p.position
      returning next_attempt_at)
    select count(next_attempt_at)::int as armed from written`;
  const armed = row?.armed ?? 0;
  if (armed > 0) {
    await tx`
      update public.subscriptions set due_at = least(due_at, now())
      where workspace_id = ${of.workspaceId} and id = ${of.subscriptionId}`;
  }
  return armed;
}
