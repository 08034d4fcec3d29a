import type { Json } from '#lib/core/index';
import type { Queryable, Tx } from '#lib/db/index';
import type { ConflictCounts, ConflictFilter } from './conflict-shape.ts';
import { countedConflicts } from './conflict-shape.ts';
import type { Conflict } from './schema.ts';

/** Streams and fields named beside the counts. */
const countedGroups = 50;

export interface StoredConflict
  extends Omit<
    Conflict,
    | 'local_change'
    | 'sides'
    | 'closed'
    | 'undo_closed'
    | 'base'
    | 'local'
    | 'remote'
    | 'resolution'
    | 'present'
  > {
  workspace_id: string;
  base: Json;
  local: Json;
  remote: Json;
  resolution: Json;
  present: Json;
  mutation_id: string | null;
  changed_version: number | null;
  changed_origin: 'user' | 'connection' | 'hub' | null;
  changed_by: { id: string; name: string | null } | null;
  changed_connector: string | null;
  changed_at: string | null;
}

/** What a record is known by in a list: its title, or what stands for one in its kind. */
const heading = (db: Queryable) => db`
  coalesce(nullif(r.title, ''), nullif(r.data ->> 'name', ''), r.data -> 'emails' ->> 0,
    left(r.data ->> 'body', 200), left(r.data ->> 'description', 200))`;

/** `c` is a conflict; its link says which record and place it is about. */
const selection = (db: Queryable) => db`
  select c.workspace_id, c.id, l.record_id, c.link_id, c.field, c.base,
    case c.status when 'open' then r.data -> c.field else c.local end as local,
    c.remote, c.policy, c.status, c.created_at, c.resolved_at, c.remote_at, c.resolution, c.choice, c.mutation_id,
    case when u.id is not null then json_build_object('id', u.id, 'name', u.name) end as resolved_by,
    l.connection_id, l.stream_id, n.connector, l.external_key, l.url, r.kind, ${heading(db)} as title,
    r.version, r.deleted_at is not null as is_deleted, r.data -> c.field as present,
    (select count(*)::int from public.links o where o.workspace_id = l.workspace_id and o.record_id = l.record_id
      and o.id <> l.id and o.state <> 'tombstone') as others,
    g.version as changed_version, g.origin as changed_origin, g.by as changed_by,
    g.connector as changed_connector, g.at as changed_at
  from public.conflicts c
  join public.links l on l.workspace_id = c.workspace_id and l.id = c.link_id
  join public.records r on r.workspace_id = l.workspace_id and r.id = l.record_id
  join public.connections n on n.workspace_id = l.workspace_id and n.id = l.connection_id
  left join public.users u on u.id = c.resolved_by
  left join lateral (
    select e.version, e.origin, e.at, k.connector,
      case when a.id is not null then json_build_object('id', a.id, 'name', a.name) end as by
    from public.change_log e
    left join public.users a on a.id = e.actor_id
    left join public.connections k on k.id = e.connection_id
    where e.workspace_id = l.workspace_id and e.record_id = l.record_id and c.field = any(e.fields)
    order by e.version desc limit 1
  ) g on true`;

function conditions(tx: Tx, workspaceId: string, filter: ConflictFilter) {
  const { status, connection_id, stream_id, flow_id, record_id, field, resolved_by } = filter;
  return tx`
    c.workspace_id = ${workspaceId}
    ${status ? tx`and c.status = ${status}` : tx``}
    ${record_id ? tx`and l.record_id = ${record_id}` : tx``}
    ${field ? tx`and c.field = ${field}` : tx``}
    ${resolved_by ? tx`and c.resolved_by = ${resolved_by}` : tx``}
    ${connection_id ? tx`and l.connection_id = ${connection_id}` : tx``}
    ${stream_id ? tx`and l.stream_id = ${stream_id}` : tx``}
    ${
      flow_id
        ? tx`and l.stream_id in (select s.stream_id from public.flow_sides s
            where s.workspace_id = ${workspaceId} and s.flow_id = ${flow_id})`
        : tx``
    }`;
}

const ofLink = (tx: Tx) => tx`
  public.conflicts c join public.links l on l.workspace_id = c.workspace_id and l.id = c.link_id`;

export interface Stretch {
  /** Ids below this one: older rows. */
  before?: string | undefined;
  /** Ids up to this one. */
  upto?: string | undefined;
}

const within = (tx: Tx, { before, upto }: Stretch) => tx`
  ${before ? tx`and c.id < ${before}` : tx``} ${upto ? tx`and c.id <= ${upto}` : tx``}`;

/** Newest first. */
export function selectConflicts(
  tx: Tx,
  workspaceId: string,
  filter: ConflictFilter & Stretch,
  rows: number,
): Promise<StoredConflict[]> {
  return tx<StoredConflict[]>`
    ${selection(tx)}
    where ${conditions(tx, workspaceId, filter)} ${within(tx, filter)}
    order by c.id desc limit ${rows}`;
}

export function selectConflictsById(
  tx: Tx,
  workspaceId: string,
  ids: string[],
): Promise<StoredConflict[]> {
  return tx<StoredConflict[]>`
    ${selection(tx)} where c.workspace_id = ${workspaceId} and c.id = any(${ids}) order by c.id desc`;
}

/** Where it is, as far as the caller may see it. */
export async function selectConflictPlace(
  tx: Tx,
  conflictId: string,
): Promise<{ workspace_id: string; record_id: string } | null> {
  const [row] = await tx<{ workspace_id: string; record_id: string }[]>`
    select c.workspace_id, l.record_id from ${ofLink(tx)} where c.id = ${conflictId}`;
  return row ?? null;
}

export async function countOpen(
  tx: Tx,
  workspaceId: string,
  filter: ConflictFilter & Stretch,
): Promise<{ count: number; newest: string | null }> {
  const [row] = await tx<{ count: number; newest: string | null }[]>`
    select count(*)::int as count, max(c.id::text)::uuid as newest from ${ofLink(tx)}
    where ${conditions(tx, workspaceId, { ...filter, status: 'open' })} ${within(tx, filter)}`;
  return row ?? { count: 0, newest: null };
}

/** How many there are of each; settled ones are counted up to a bound. */
export async function countConflicts(
  tx: Tx,
  workspaceId: string,
  filter: ConflictFilter,
): Promise<ConflictCounts> {
  const settled = (status: 'automatic' | 'resolved') => tx`
    (select count(*)::int from (select 1 from ${ofLink(tx)}
      where ${conditions(tx, workspaceId, { ...filter, status })} limit ${countedConflicts}) few)`;
  const [row] = await tx<ConflictCounts[]>`
    with open as materialized (
      select c.field, l.record_id, l.connection_id, l.stream_id from ${ofLink(tx)}
      where ${conditions(tx, workspaceId, { ...filter, status: 'open' })}
    ), grouped as (
      select o.connection_id, n.connector, o.stream_id, s.name as stream_name, o.field, count(*)::int as open
      from open o
      join public.connections n on n.workspace_id = ${workspaceId} and n.id = o.connection_id
      join public.streams s on s.workspace_id = ${workspaceId} and s.id = o.stream_id
      group by 1, 2, 3, 4, 5 order by open desc, s.name, o.field limit ${countedGroups}
    )
    select (select count(*)::int from open) as open,
      (select count(distinct record_id)::int from open) as records,
      ${settled('automatic')} as automatic, ${settled('resolved')} as resolved,
      coalesce((select json_agg(grouped) from grouped), '[]'::json) as groups`;
  return row ?? { open: 0, records: 0, automatic: 0, resolved: 0, groups: [] };
}
