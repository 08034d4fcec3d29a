import type { Json, JsonObject } from '#lib/core/index';
import { json, type Queryable, type Tx } from '#lib/db/index';
import type { StoredRecord } from './record-row.ts';
import { type Link, leftScopeCode, type RecordRow } from './schema.ts';

/** A record's columns and its links as one JSON array; `r` is a row of public.records. */
export const recordColumns = (db: Queryable) => db`
  r.id, r.kind, r.version, r.data, r.created_at, r.updated_at, r.deleted_at,
  coalesce((
    select json_agg(json_build_object(
      'id', l.id, 'connection_id', l.connection_id, 'stream_id', l.stream_id, 'connector', c.connector,
      'external_key', l.external_key, 'url', l.url, 'state', l.state, 'held', l.held, 'error', l.error, 'unreadable', l.unreadable,
      'unsaid_name', regexp_replace(l.unsaid_name, '@[^@]*$', ''),
      'waits_for', case when l.state = 'dirty' then (
        select f.name from public.flow_sides d join public.flows f on f.workspace_id = d.workspace_id
          and f.id = d.flow_id and f.status = 'paused'
        where d.workspace_id = l.workspace_id and d.stream_id = l.stream_id) end,
      'dirty_at', l.dirty_at, 'pushed_at', l.pushed_at, 'echoed_at', l.echoed_at) order by l.id)
    from public.links l join public.connections c on c.id = l.connection_id
    where l.workspace_id = r.workspace_id and l.record_id = r.id
  ), '[]'::json) as links`;

/** A record that became part of another is answered as that one. */
export async function selectRecord(
  tx: Queryable,
  recordId: string,
): Promise<(StoredRecord & { workspace_id: string }) | null> {
  const [row] = await tx<(StoredRecord & { workspace_id: string })[]>`
    select r.workspace_id, ${recordColumns(tx)} from public.records r
    where r.id = coalesce((select a.record_id from public.record_aliases a where a.old_record_id = ${recordId}), ${recordId}::uuid)`;
  return row ?? null;
}

export function selectRecords(
  tx: Queryable,
  workspaceId: string,
  ids: string[],
): Promise<StoredRecord[]> {
  return tx<StoredRecord[]>`
    select ${recordColumns(tx)} from public.records r
    where r.workspace_id = ${workspaceId} and r.id = any(${ids}) order by r.id`;
}

export interface LockedRecord {
  workspace_id: string;
  kind: RecordRow['kind'];
  version: number;
  data: JsonObject;
  deleted_at: string | null;
}

/** Null when the record is hidden from the caller, or when the caller may not change it. */
export async function lockRecord(tx: Tx, recordId: string): Promise<LockedRecord | null> {
  const [row] = await tx<LockedRecord[]>`
    select workspace_id, kind, version, data, deleted_at from public.records
    where id = ${recordId} for update`;
  return row ?? null;
}

export interface PatchedLink {
  id: string;
  state: Link['state'];
  held: string[];
  connector: string;
  resource: string;
  /** The rules of its stream. */
  mapping: Json;
}

/** The living links of a record whose row the caller holds. */
export function selectPatchedLinks(
  tx: Tx,
  workspaceId: string,
  recordId: string,
): Promise<PatchedLink[]> {
  return tx<PatchedLink[]>`
    select l.id, l.state, l.held, c.connector, s.resource, sr.rules as mapping
    from public.links l
    join public.connections c on c.id = l.connection_id
    join public.streams s on s.id = l.stream_id
    left join public.stream_rules sr on sr.workspace_id = l.workspace_id and sr.stream_id = l.stream_id
    where l.workspace_id = ${workspaceId} and l.record_id = ${recordId} and l.state <> 'tombstone'
    order by l.id`;
}

export async function hasMutation(
  tx: Tx,
  workspaceId: string,
  recordId: string,
  mutationId: string,
): Promise<boolean> {
  const rows = await tx`
    select 1 from public.change_log
    where workspace_id = ${workspaceId} and mutation_id = ${mutationId} and record_id = ${recordId}`;
  return rows.length > 0;
}

/**
 * Fields somebody else has changed above a version. The bearer's own edits do not count (a client
 * sends several against one version), nor what the hub took back after a refusal.
 */
export async function fieldsChangedByOthers(
  tx: Tx,
  workspaceId: string,
  recordId: string,
  version: number,
): Promise<string[]> {
  const rows = await tx<{ field: string }[]>`
    select distinct unnest(c.fields) as field from public.change_log c
    where c.workspace_id = ${workspaceId} and c.record_id = ${recordId} and c.version > ${version}
      and (c.origin = 'connection' or (c.origin = 'user' and c.actor_id is distinct from private.user_id()))`;
  return rows.map((row) => row.field);
}

export interface PatchWrite {
  workspaceId: string;
  recordId: string;
  kind: string;
  version: number;
  data: JsonObject;
  diff: JsonObject;
  mutationId: string;
  takesBack: TakenBack | null;
}

/** The change an edit takes back, and the undo of many it is part of. */
export interface TakenBack {
  position: number;
  runId: string | null;
}

export async function writePatch(tx: Tx, write: PatchWrite): Promise<void> {
  await tx`
    with changed as (
      update public.records set data = ${json(tx, write.data)}, version = ${write.version}, updated_at = now()
      where workspace_id = ${write.workspaceId} and id = ${write.recordId}
    )
    insert into public.change_log
      (workspace_id, record_id, kind, version, op, origin, actor_id, mutation_id, fields, diff, undoes, run_id)
    values (${write.workspaceId}, ${write.recordId}, ${write.kind}, ${write.version}, 'update', 'user',
      private.user_id(), ${write.mutationId}, ${Object.keys(write.diff)}, ${json(tx, write.diff)},
      ${write.takesBack?.position ?? null}, ${write.takesBack?.runId ?? null})`;
}

/** Of a link `l`: its object was moved out of sight. An edit changes nothing about where it is. */
export const hasLeft = (tx: Tx) =>
  tx`(l.state = 'inaccessible' and l.error ->> 'code' is not distinct from ${leftScopeCode})`;

/**
 * What the links owe now. A link whose call is under way keeps its state: the edit stays unsent
 * until that call is settled. An older refusal or hold of these fields is answered by the edit.
 */
export async function markLinksDirty(
  tx: Tx,
  workspaceId: string,
  linkIds: string[],
  fields: string[],
): Promise<void> {
  await tx`
    update public.links l set
      held = array(select h from unnest(l.held) h where h <> all(${fields})),
      state = case when l.state in ('pushing', 'unknown') or ${hasLeft(tx)} then l.state
                   when exists (select 1 from unnest(l.held) h where h <> all(${fields})) then 'conflict'
                   else 'dirty' end,
      dirty_at = coalesce(case when l.state in ('dirty', 'pushing', 'unknown') then l.dirty_at end, now()),
      error = case when l.state = 'unknown' or ${hasLeft(tx)} then l.error end,
      attempts = 0,
      next_attempt_at = now()
    where l.workspace_id = ${workspaceId} and l.id = any(${linkIds})`;
}

/** An edit of a held field is a person's choice for every place it was held at. */
export async function settleByEdit(
  tx: Tx,
  workspaceId: string,
  linkIds: string[],
  edit: { values: JsonObject; before: JsonObject; mutationId: string },
): Promise<void> {
  await tx`
    update public.conflicts c set status = 'resolved', resolved_at = now(), choice = 'value',
      local = ${json(tx, edit.before)}::jsonb -> c.field, mutation_id = ${edit.mutationId},
      resolved_by = private.user_id(), resolution = ${json(tx, edit.values)}::jsonb -> c.field
    where c.workspace_id = ${workspaceId} and c.link_id = any(${linkIds}) and c.status = 'open'
      and c.field = any(${Object.keys(edit.values)})`;
}
