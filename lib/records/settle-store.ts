import type { Json, JsonObject } from '#lib/core/index';
import { json, type Tx } from '#lib/db/index';
import type { SettledConflict, StandingConflict } from './decide-conflict.ts';
import type { ChangeReason, RecordRow } from './schema.ts';
import { hasLeft } from './store.ts';

export interface LockedConflicts {
  id: string;
  kind: RecordRow['kind'];
  version: number;
  data: JsonObject;
  is_deleted: boolean;
  is_repeated: boolean;
  links: { id: string; connector: string; resource: string }[];
  conflicts: (StandingConflict & { record_id: string })[];
}

/**
 * Locks the records the conflicts are about, in the order of their ids, and reads them anew below the
 * lock: with their living links, their open conflicts and the named ones. Fewer rows than there are
 * records means that the caller may not change them.
 */
export async function lockConflicted(
  tx: Tx,
  workspaceId: string,
  call: { conflictIds: string[]; mutationId: string },
): Promise<LockedConflicts[]> {
  const { conflictIds, mutationId } = call;
  const locked = await tx<{ id: string }[]>`
    select r.id from public.records r
    where r.workspace_id = ${workspaceId} and r.id in (
      select l.record_id from public.conflicts c
      join public.links l on l.workspace_id = c.workspace_id and l.id = c.link_id
      where c.workspace_id = ${workspaceId} and c.id = any(${conflictIds}))
    order by r.id for update`;
  // A statement of its own: what was committed while the locks were waited for must be seen.
  return tx<LockedConflicts[]>`
    select r.id, r.kind, r.version, r.data, r.deleted_at is not null as is_deleted,
      exists (select 1 from public.change_log e where e.workspace_id = r.workspace_id
        and e.mutation_id = ${mutationId} and e.record_id = r.id) as is_repeated,
      coalesce((select json_agg(json_build_object('id', l.id, 'connector', n.connector, 'resource', s.resource,
          'mapping', sr.rules))
        from public.links l
        join public.connections n on n.workspace_id = l.workspace_id and n.id = l.connection_id
        join public.streams s on s.workspace_id = l.workspace_id and s.id = l.stream_id
        left join public.stream_rules sr on sr.workspace_id = l.workspace_id and sr.stream_id = l.stream_id
        where l.workspace_id = r.workspace_id and l.record_id = r.id and l.state <> 'tombstone'),
        '[]'::json) as links,
      coalesce((select json_agg(json_build_object('id', c.id, 'link_id', c.link_id, 'field', c.field,
          'base', c.base, 'remote', c.remote, 'policy', c.policy, 'status', c.status,
          'mutation_id', c.mutation_id))
        from public.conflicts c
        join public.links l on l.workspace_id = c.workspace_id and l.id = c.link_id
        where l.workspace_id = r.workspace_id and l.record_id = r.id
          and (c.status = 'open' or c.id = any(${conflictIds}))), '[]'::json) as conflicts
    from public.records r
    where r.workspace_id = ${workspaceId} and r.id = any(${locked.map(({ id }) => id)})
    order by r.id`;
}

export interface EditedRecord {
  id: string;
  kind: string;
  version: number;
  data: JsonObject;
  fields: string[];
  diff: JsonObject;
}

/** Records and the log, as a member's edit, whose reason is the decision. */
export async function writeEdits(
  tx: Tx,
  workspaceId: string,
  by: { mutationId: string; reason: Extract<ChangeReason, 'resolved' | 'resolution_undone'> },
  records: EditedRecord[],
): Promise<void> {
  if (records.length === 0) return;
  await tx`
    with edited as materialized (
      select * from jsonb_to_recordset(${json(tx, records)}::jsonb) as x(
        id uuid, kind text, version bigint, data jsonb, fields text[], diff jsonb)
    ), changed as (
      update public.records r set data = x.data, version = x.version, updated_at = now()
      from edited x where r.workspace_id = ${workspaceId} and r.id = x.id
    )
    insert into public.change_log
      (workspace_id, record_id, kind, version, op, origin, reason, actor_id, mutation_id, fields, diff)
    select ${workspaceId}, x.id, x.kind, x.version, 'update', 'user', ${by.reason}, private.user_id(),
      ${by.mutationId}, x.fields, x.diff
    from edited x order by x.id`;
}

export interface OwingLink {
  id: string;
  /** Fields that wait for nobody any more. */
  freed: string[];
}

/** As markLinksDirty, for many records at once, each link with its own fields. */
export async function markOwing(tx: Tx, workspaceId: string, links: OwingLink[]): Promise<void> {
  if (links.length === 0) return;
  await tx`
    update public.links l set
      held = array(select h from unnest(l.held) h where h <> all(x.freed)),
      state = case when l.state in ('pushing', 'unknown') or ${hasLeft(tx)} then l.state
                   when exists (select 1 from unnest(l.held) h where h <> all(x.freed)) then 'conflict'
                   else 'dirty' end,
      dirty_at = coalesce(case when l.state in ('dirty', 'pushing', 'unknown') then l.dirty_at end, now()),
      error = case when l.state = 'unknown' or ${hasLeft(tx)} then l.error end,
      attempts = 0,
      next_attempt_at = now()
    from jsonb_to_recordset(${json(tx, links)}::jsonb) as x(id uuid, freed text[])
    where l.workspace_id = ${workspaceId} and l.id = x.id and l.state <> 'tombstone'`;
}

export async function writeSettled(
  tx: Tx,
  workspaceId: string,
  mutationId: string,
  settled: SettledConflict[],
): Promise<void> {
  if (settled.length === 0) return;
  await tx`
    update public.conflicts c set status = 'resolved', resolved_at = now(), local = x.local,
      resolution = x.resolution, choice = x.choice, mutation_id = ${mutationId},
      resolved_by = case when x.choice is not null then private.user_id() end
    from jsonb_to_recordset(${json(tx, settled)}::jsonb) as x(
      id uuid, local jsonb, resolution jsonb, choice text)
    where c.workspace_id = ${workspaceId} and c.id = x.id and c.status = 'open'`;
}

/** What the place of a settled conflict has been told since, below the record's lock. */
export async function selectSince(
  tx: Tx,
  workspaceId: string,
  conflictId: string,
): Promise<{ is_told: boolean; is_open_again: boolean; is_gone: boolean }> {
  const [row] = await tx<{ is_told: boolean; is_open_again: boolean; is_gone: boolean }[]>`
    select l.state = 'tombstone' as is_gone,
      exists (select 1 from public.push_intents p where p.workspace_id = l.workspace_id and p.link_id = l.id
        and (p.outcome is null or p.outcome = 'unknown' or p.created_at >= c.resolved_at)) as is_told,
      exists (select 1 from public.conflicts o where o.workspace_id = c.workspace_id and o.link_id = c.link_id
        and o.field = c.field and o.id <> c.id and o.status = 'open') as is_open_again
    from public.conflicts c
    join public.links l on l.workspace_id = c.workspace_id and l.id = c.link_id
    where c.workspace_id = ${workspaceId} and c.id = ${conflictId}`;
  return row ?? { is_told: true, is_open_again: false, is_gone: true };
}

/** The question stands again: the field is not sent until somebody decides. */
export async function reopen(
  tx: Tx,
  workspaceId: string,
  conflict: { id: string; linkId: string; field: string; mutationId: string },
): Promise<void> {
  await tx`
    update public.conflicts set status = 'open', resolution = null, resolved_at = null, resolved_by = null,
      choice = null, mutation_id = ${conflict.mutationId}
    where workspace_id = ${workspaceId} and id = ${conflict.id}`;
  await tx`
    update public.links set state = 'conflict', next_attempt_at = now(),
      held = array(select distinct unnest(held || array[${conflict.field}::text]))
    where workspace_id = ${workspaceId} and id = ${conflict.linkId}`;
}

/** A person has put the other value in its place. */
export async function writeBroughtBack(
  tx: Tx,
  workspaceId: string,
  conflict: { id: string; choice: 'local' | 'remote'; value: Json; mutationId: string },
): Promise<void> {
  await tx`
    update public.conflicts set status = 'resolved', resolution = ${json(tx, conflict.value)}, resolved_at = now(),
      resolved_by = private.user_id(), choice = ${conflict.choice}, mutation_id = ${conflict.mutationId}
    where workspace_id = ${workspaceId} and id = ${conflict.id}`;
}
