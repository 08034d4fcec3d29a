import type { JsonObject } from '#lib/core/index';
import { dueInTurn, json, type Tx } from '#lib/db/index';

const ms = (value: number) => `${value} milliseconds`;

export interface OwedPair {
  id: string;
  record_id: string;
  stream_id: string;
}

/**
 * Living records that have no object at a stream's connection are owed one. What is owed, made or
 * refused already stays as it is; what was let be is owed again.
 */
export async function insertOwed(
  tx: Tx,
  workspaceId: string,
  pairs: readonly OwedPair[],
  isPlanned: boolean,
): Promise<number> {
  const rows = await tx`
    insert into public.creations as c (id, workspace_id, record_id, connection_id, stream_id, is_planned)
    select x.id, ${workspaceId}, x.record_id, s.connection_id, s.id, ${isPlanned}
    from jsonb_to_recordset(${json(tx, pairs)}::jsonb) as x(id uuid, record_id uuid, stream_id uuid)
    join public.records r on r.workspace_id = ${workspaceId} and r.id = x.record_id and r.deleted_at is null
    join public.streams s on s.workspace_id = ${workspaceId} and s.id = x.stream_id and s.kind = r.kind
    where not exists (select 1 from public.links l where l.workspace_id = ${workspaceId}
      and l.record_id = x.record_id and l.connection_id = s.connection_id)
    order by x.record_id, x.stream_id
    on conflict (record_id, stream_id) do update set state = 'owed', next_attempt_at = now(), attempts = 0,
      error = null, finished_at = null, is_planned = excluded.is_planned, saga_id = null, sent = null, sent_at = null,
      called_at = null
      where c.state = 'cancelled'
    returning 1`;
  return rows.length;
}

/**
 * Streams that were to get more new objects than chance explains: what is owed to them waits for a
 * person. Rows of a plan, and those a person has released, are not counted.
 */
export async function parkMany(
  tx: Tx,
  bounds: { windowMs: number; rows: number; share: number },
  error: JsonObject,
): Promise<number> {
  const parked = await tx`
    with many as materialized (
      select stream_id, count(*) as owed from public.creations
      where not is_planned and saga_id is null and created_at > now() - ${ms(bounds.windowMs)}::interval
      group by stream_id having count(*) > ${bounds.rows}
    ), too_many as materialized (
      select m.stream_id from many m where m.owed > ${bounds.share}::float8 * (
        select count(*) from public.links l where l.stream_id = m.stream_id and l.state <> 'tombstone')
    )
    update public.creations c set next_attempt_at = null, error = ${json(tx, error)}
    from too_many m
    where c.stream_id = m.stream_id and c.state = 'owed' and not c.is_planned and c.saga_id is null
      and c.next_attempt_at is not null and c.lease_until is null`;
  return parked.count;
}

export interface Revival {
  revived: number;
  /** The last one looked at; null when there were no more. */
  last: string | null;
}

/**
 * What was refused is tried again once its record is another. So many after that one are looked at, in
 * the order of their ids: however many were refused, a look costs the same.
 */
export async function reviveRefused(tx: Tx, after: string | null, rows: number): Promise<Revival> {
  const [row] = await tx<{ revived: number; last: string | null; looked: number }[]>`
    with looked as materialized (
      select c.id, c.workspace_id, c.record_id, c.record_version from public.creations c
      where c.state = 'refused' and ${after === null ? tx`true` : tx`c.id > ${after}`}
      order by c.id limit ${rows}
    ), held as materialized (
      select c.id from looked l
      join public.records o on o.workspace_id = l.workspace_id and o.id = l.record_id
      join public.creations c on c.id = l.id and c.state = 'refused'
      where o.version > l.record_version and o.deleted_at is null
      for update of c skip locked
    ), revived as (
      update public.creations c set state = 'owed', next_attempt_at = now(), attempts = 0, error = null,
        finished_at = null
      from held where c.id = held.id returning 1
    )
    select (select count(*)::int from revived) as revived, (select count(*)::int from looked) as looked,
      (select id from looked order by id desc limit 1) as last`;
  const isAll = (row?.looked ?? 0) < rows;
  return { revived: row?.revived ?? 0, last: isAll ? null : (row?.last ?? null) };
}

/**
 * Streams of the same live flow that get an object of what is new in this one. Whoever makes the flow
 * live, or stops it, waits for the caller's commit, and the caller for theirs: what is new just then is
 * either owed, or found by the plan that makes the flow live.
 */
export async function holdMaking(tx: Tx, workspaceId: string, streamId: string): Promise<string[]> {
  const rows = await tx<{ stream_id: string }[]>`
    with held as materialized (
      select f.id, f.status from public.flow_sides o
      join public.flows f on f.workspace_id = o.workspace_id and f.id = o.flow_id
      where o.workspace_id = ${workspaceId} and o.stream_id = ${streamId} for share of f
    )
    select d.stream_id from held join public.flow_sides d on d.flow_id = held.id
    where held.status = 'live' and d.stream_id <> ${streamId} and d.creates`;
  return rows.map((row) => row.stream_id);
}

export interface DueCreation {
  id: string;
  workspace_id: string;
  epoch: number;
}

/**
 * Whole streams that rest are passed over, by a list that is made once: a flow that is paused may owe a
 * hundred thousand, and asking each of them by itself would take longer than a sweep rests.
 */
const mayBegin = (tx: Tx) => tx`
  (t.state in ('sending', 'unknown') or t.saga_id is not null or t.stream_id = any (array(
    select d.stream_id from public.flow_sides d join public.flows f on f.id = d.flow_id and f.status = 'live')))`;

/**
 * Creations to be worked on, taken out of sight for the time a job may wait. Those of a connection that
 * is not active, of a paused stream, or of no live flow, stay due and wait. Workspaces have their turn.
 */
export function claimDueCreations(
  tx: Tx,
  rows: number,
  queueLeaseMs: number,
): Promise<DueCreation[]> {
  const due = dueInTurn(tx, {
    table: 'public.creations',
    queue: 'create',
    may: tx`t.next_attempt_at is not null`,
    at: tx`t.next_attempt_at`,
    also: {
      join: tx`
        join public.connections c on c.id = t.connection_id and c.status = 'active'
        join public.streams s on s.id = t.stream_id and s.phase <> 'paused'`,
      where: tx`and (t.lease_until is null or t.lease_until <= now()) and ${mayBegin(tx)}
        and private.may_create(t)`,
    },
    limit: rows,
  });
  return tx<DueCreation[]>`${due}
    update public.creations c set next_attempt_at = now() + ${ms(queueLeaseMs)}::interval
    from due where c.id = due.id returning c.id, c.workspace_id, c.epoch`;
}
