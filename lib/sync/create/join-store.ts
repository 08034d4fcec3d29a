import type { JsonObject } from '#lib/core/index';
import { json, type Tx } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';
import type { Link } from '#lib/records/schema';
import type { RulesRow } from '../view-link.ts';
import type { JoinedLink } from './plan-join.ts';

/** What each of the ids has become; itself when it was never joined. Unknown ids are missing. */
export async function selectCurrentIds(
  tx: Tx,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx<{ id: string; now_id: string }[]>`
    select r.id, coalesce(a.record_id, r.id) as now_id from public.records r
    left join public.record_aliases a on a.workspace_id = r.workspace_id and a.old_record_id = r.id
    where r.workspace_id = ${workspaceId} and r.id = any(${[...ids]}::uuid[])`;
  return new Map(rows.map((row) => [row.id, row.now_id]));
}

export interface JoinedRecord {
  id: string;
  kind: Kind;
  version: number;
  data: JsonObject;
  deleted_at: string | null;
  /** Whose plain names it holds, where that is not the connection of its oldest link. */
  home_connection_id: string | null;
}

/** In the order of their ids: the older one first. */
export function lockRecords(
  tx: Tx,
  workspaceId: string,
  ids: readonly string[],
): Promise<JoinedRecord[]> {
  return tx<JoinedRecord[]>`
    select id, kind, version, data, deleted_at, home_connection_id from public.records
    where workspace_id = ${workspaceId} and id = any(${[...ids]}::uuid[]) order by id for update`;
}

/** A link with the rules of its stream. */
export interface SeenLink extends RulesRow {
  id: string;
  connection_id: string;
  stream_id: string;
  state: Link['state'];
  held: string[];
  base: JsonObject | null;
  ours: JsonObject;
}

export interface LockedLink extends SeenLink {
  record_id: string;
  remote_rank: number;
}

export function lockLinks(
  tx: Tx,
  workspaceId: string,
  recordIds: readonly string[],
): Promise<LockedLink[]> {
  return tx<LockedLink[]>`
    select l.id, l.record_id, l.connection_id, l.stream_id, l.state, l.held, l.base, l.ours, l.remote_rank,
      t.rules, t.version as rules_version, t.since, l.lens_version
    from public.links l left join public.stream_rules t on t.stream_id = l.stream_id
    where l.workspace_id = ${workspaceId} and l.record_id = any(${[...recordIds]}::uuid[])
    order by l.id for update of l`;
}

export interface LockedCreation {
  id: string;
  record_id: string;
  connection_id: string;
  stream_id: string;
  state: string;
  /** Nothing is done about it any more unless a person says so. */
  rests: boolean;
}

export function lockCreationsOf(
  tx: Tx,
  workspaceId: string,
  recordIds: readonly string[],
): Promise<LockedCreation[]> {
  return tx<LockedCreation[]>`
    select id, record_id, connection_id, stream_id, state, next_attempt_at is null as rests from public.creations
    where workspace_id = ${workspaceId} and record_id = any(${[...recordIds]}::uuid[])
    order by id for update`;
}

export interface JoinWrite {
  workspaceId: string;
  kind: Kind;
  keep: {
    id: string;
    homeId: string | null;
    version: number;
    data: JsonObject;
    fields: string[];
    diff: JsonObject;
  };
  drop: { id: string; version: number };
  links: readonly JoinedLink[];
}

/** Both records, their links with what they owe, and the log: one statement. */
export async function writeJoin(tx: Tx, write: JoinWrite): Promise<void> {
  const { workspaceId, keep, drop } = write;
  await tx`
    with kept as (
      update public.records set data = ${json(tx, keep.data)}, version = ${keep.version}, updated_at = now(),
        home_connection_id = ${keep.homeId}
      where workspace_id = ${workspaceId} and id = ${keep.id}
    ), dropped as (
      update public.records set version = ${drop.version}, deleted_at = now()
      where workspace_id = ${workspaceId} and id = ${drop.id}
    ), linked as (
      update public.links l set record_id = ${keep.id}, held = coalesce(x.held, l.held), ours = coalesce(x.ours, l.ours),
        state = case when x.id is null or l.state in ('pushing', 'unknown', 'inaccessible') then l.state
          when cardinality(x.held) > 0 then 'conflict' when x.is_dirty then 'dirty'
          when l.state = 'refused' then 'refused' else 'synced' end,
        dirty_at = case when x.is_dirty then coalesce(l.dirty_at, now()) else l.dirty_at end,
        attempts = case when x.is_dirty then 0 else l.attempts end,
        next_attempt_at = case when x.is_dirty then least(l.next_attempt_at, now()) else l.next_attempt_at end,
        lens_version = case when x.id is null then l.lens_version else coalesce(
          (select s.version from public.stream_rules s where s.stream_id = l.stream_id), 0) end
      from public.links t left join jsonb_to_recordset(${json(
        tx,
        write.links.map(({ isDirty, ...link }) => ({ ...link, is_dirty: isDirty })),
      )}::jsonb) as x(id uuid, held text[], ours jsonb, is_dirty boolean) on x.id = t.id
      where t.workspace_id = ${workspaceId} and t.record_id = any(${[keep.id, drop.id]}::uuid[])
        and l.workspace_id = t.workspace_id and l.id = t.id
    ), pushed as (
      update public.push_intents set record_id = ${keep.id}
      where workspace_id = ${workspaceId} and record_id = ${drop.id}
    ), disputed as (
      update public.conflicts set record_id = ${keep.id}
      where workspace_id = ${workspaceId} and record_id = ${drop.id}
    ), renamed as (
      update public.record_aliases set record_id = ${keep.id}
      where workspace_id = ${workspaceId} and record_id = ${drop.id}
    ), aliased as (
      insert into public.record_aliases (old_record_id, workspace_id, record_id)
      values (${drop.id}, ${workspaceId}, ${keep.id})
    )
    insert into public.change_log (workspace_id, record_id, kind, version, op, origin, reason, fields, diff)
    values
      (${workspaceId}, ${keep.id}, ${write.kind}, ${keep.version}, 'update', 'hub', 'joined',
        ${keep.fields}, ${json(tx, keep.diff)}),
      (${workspaceId}, ${drop.id}, ${write.kind}, ${drop.version}, 'delete', 'hub', 'joined', '{}', '{}')`;
}

/** What was owed for either is owed for the one they are; what it has an object for is owed no more. */
export async function moveCreations(
  tx: Tx,
  workspaceId: string,
  moved: {
    to: string;
    ids: readonly string[];
    cancelled: readonly string[];
    /** Nobody knew which object had been made; the one the records have in common now is it. */
    ended: readonly { id: string; link_id: string }[];
  },
): Promise<void> {
  const { ended } = moved;
  if (ended.length > 0) {
    await tx`
      update public.creations c set state = 'done', link_id = x.link_id, error = null, finished_at = now()
      from jsonb_to_recordset(${json(tx, ended)}::jsonb) as x(id uuid, link_id uuid)
      where c.workspace_id = ${workspaceId} and c.id = x.id`;
  }
  await tx`
    update public.creations c set
      record_id = case when c.id = any(${[...moved.ids]}::uuid[]) then ${moved.to}::uuid else c.record_id end,
      state = case when c.id = any(${[...moved.cancelled]}::uuid[]) then 'cancelled' else c.state end,
      next_attempt_at = case when c.id = any(${[...moved.cancelled]}::uuid[]) then null else c.next_attempt_at end,
      lease_until = case when c.id = any(${[...moved.cancelled]}::uuid[]) then null else c.lease_until end,
      finished_at = case when c.id = any(${[...moved.cancelled]}::uuid[]) then now() else c.finished_at end
    where c.workspace_id = ${workspaceId} and c.id = any(${[...moved.ids, ...moved.cancelled]}::uuid[])`;
}
