import type { JsonObject } from '#lib/core/index';
import { json, type Queryable, type Tx } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';
import type { ChangeReason } from '#lib/records/schema';
import type { RecentChange, RecentWriteBack } from './find-flips.ts';
import type { Lens } from './lens/index.ts';
import { syncLimits } from './limits.ts';
import type {
  ConflictWrite,
  Intent,
  LinkWrite,
  PlannedObject,
  RecordWrite,
} from './planned-writes.ts';
import { lensOfRow, type RulesRow } from './view-link.ts';

/** An accepted edit that has not come back by then is not waited for. */
const echoWindow = '10 minutes';
/** Of a page's records together; a circle turns faster than others fill this. */
const recentRows = 1_000;

export interface Origin {
  workspaceId: string;
  connectionId: string;
  streamId: string;
  kind: Kind;
  runId: string | null;
  /** Of changes of known records; see changeReasons. */
  reason: ChangeReason | null;
  /** The event that told of an object. */
  eventOf(externalId: string): string | null;
}

export interface OpenStream {
  phase: string;
  /** All of it was read once. */
  was_read: boolean;
  generation: number;
  /** Of the given objects, those that have a link. */
  known: string[];
  /** Of the given objects, those that have another id by now. */
  renamed: string[];
  lens: Lens;
  rules_version: number;
  /** It is a side of a flow, live or not. */
  is_side: boolean;
  /** Objects were asked for here and are not known to be there yet. */
  awaits_own: boolean;
}

/** Null when there is no such stream. `isBulk` thins out the realtime messages of this transaction. */
export async function openStream(
  tx: Tx,
  origin: Origin,
  externalIds: string[],
  isBulk: boolean,
): Promise<OpenStream | null> {
  const [row] = await tx<(OpenStream & Pick<RulesRow, 'rules'>)[]>`
    select s.phase, s.last_polled_at is not null as was_read, s.generation, sr.rules, coalesce(sr.version, 0) as rules_version, set_config('patchbay.bulk', ${isBulk ? 'on' : ''}, true), array(
      select l.external_id from public.links l
      where l.workspace_id = ${origin.workspaceId} and l.connection_id = ${origin.connectionId}
        and l.kind = ${origin.kind} and l.external_id = any(${externalIds})) as known, array(
      select a.old_external_id from public.link_aliases a
      where a.workspace_id = ${origin.workspaceId} and a.connection_id = ${origin.connectionId}
        and a.kind = ${origin.kind} and a.old_external_id = any(${externalIds})) as renamed,
      exists (select 1 from public.flow_sides o where o.stream_id = s.id) as is_side, exists (
      select 1 from public.creations c
      where c.stream_id = s.id and c.state in ('sending', 'unknown')) as awaits_own
    from public.streams s
    left join public.stream_rules sr on sr.workspace_id = s.workspace_id and sr.stream_id = s.id
    where s.workspace_id = ${origin.workspaceId} and s.id = ${origin.streamId}`;
  return row ? { ...row, lens: lensOfRow(origin.kind, row) } : null;
}

/** The database's time, with its microseconds; taken before a service is asked. */
export async function databaseTime(db: Queryable): Promise<string> {
  const [row] = await db<{ at: string }[]>`select clock_timestamp()::text as at`;
  return row?.at ?? '-infinity';
}

/**
 * Pushes whose outcome or echo is still awaited. A statement of its own, after the locks: one made
 * while we waited for a lock would be missed otherwise.
 */
export function selectIntents(tx: Tx, origin: Origin, linkIds: string[]): Promise<Intent[]> {
  return tx<Intent[]>`
    select i.id, i.link_id, i.patch, i.base, i.outcome, i.rules_version <> coalesce(sr.version, 0) as is_remapped
    from public.push_intents i
    join public.links l on l.workspace_id = i.workspace_id and l.id = i.link_id
    left join public.stream_rules sr on sr.workspace_id = l.workspace_id and sr.stream_id = l.stream_id
    where i.workspace_id = ${origin.workspaceId} and i.link_id = any(${linkIds})
      and (i.outcome is null or i.outcome = 'unknown'
        or (i.outcome = 'accepted' and i.echoed_at is null and i.created_at > now() - ${echoWindow}::interval))`;
}

export interface NewObject {
  record_id: string;
  link_id: string;
  external_id: string;
  external_key: string | null;
  url: string | null;
  remote_rank: number;
  data: JsonObject;
  /** In the service's terms. */
  base: JsonObject;
  ours: JsonObject;
  unreadable: JsonObject;
  raw: JsonObject;
  updated_at: string;
  inbox_event_id: string | null;
}

/**
 * Links first: whoever is first to link an object makes its record. Objects that somebody else has
 * linked meanwhile are missing from the answer and wait to be treated as known. In the order of the
 * objects' ids, so that two pages that meet the same objects wait for each other in one direction.
 */
export async function insertNew(
  tx: Tx,
  origin: Origin,
  { generation, rules_version: rulesVersion }: Pick<OpenStream, 'generation' | 'rules_version'>,
  objects: NewObject[],
): Promise<{ external_id: string; record_id: string }[]> {
  const sorted = objects.toSorted((a, b) => (a.external_id < b.external_id ? -1 : 1));
  return tx<{ external_id: string; record_id: string }[]>`
    with input as materialized (
      select * from jsonb_to_recordset(${json(tx, sorted)}::jsonb) as x(
        record_id uuid, link_id uuid, external_id text, external_key text, url text, remote_rank bigint,
        data jsonb, base jsonb, ours jsonb, unreadable jsonb, raw jsonb, updated_at timestamptz, inbox_event_id uuid)
    ), linked as (
      insert into public.links (id, workspace_id, record_id, connection_id, stream_id, kind, external_id,
        external_key, url, remote_rank, base, ours, unreadable, raw, seen_generation, lens_version)
      select link_id, ${origin.workspaceId}, record_id, ${origin.connectionId}, ${origin.streamId}, ${origin.kind},
        external_id, external_key, url, remote_rank, base, ours, unreadable, raw, ${generation}, ${rulesVersion}
      from input
      on conflict (connection_id, kind, external_id) do nothing
      returning record_id, external_id
    ), recorded as (
      insert into public.records (id, workspace_id, kind, data, updated_at)
      select i.record_id, ${origin.workspaceId}, ${origin.kind}, i.data, i.updated_at
      from input i join linked using (record_id)
    ), logged as (
      insert into public.change_log (workspace_id, record_id, kind, version, op, origin, connection_id, run_id, inbox_event_id)
      select ${origin.workspaceId}, record_id, ${origin.kind}, 1, 'create', 'connection', ${origin.connectionId},
        ${origin.runId}::uuid, i.inbox_event_id
      from linked join input i using (record_id) order by record_id
    )
    select external_id, record_id from linked`;
}

/**
 * Records, links and the log in one statement. Other places a changed record lives at are owed the
 * change: what of it differs there is derived when their turn comes. A place that is kept apart from
 * the one the change came from keeps what it has, and the new value stands beside that.
 */
export async function applyWrites(
  tx: Tx,
  origin: Origin,
  records: (RecordWrite & { stream_id: string; inbox_event_id: string | null })[],
  links: LinkWrite[],
): Promise<void> {
  // Lists, not only joins: rows are then looked for by their keys, whatever is believed of sizes.
  const recordIds = records.map(({ id }) => id);
  const linkIds = links.map(({ id }) => id);
  await tx`
    with apart as materialized (
      select stream_id, other_id from public.parted_streams where workspace_id = ${origin.workspaceId}
    ), recorded as (
      update public.records r set data = x.data, version = x.version,
        updated_at = greatest(r.updated_at, x.updated_at),
        deleted_at = case x.op when 'delete' then now() when 'restore' then null else r.deleted_at end
      from jsonb_to_recordset(${json(tx, records)}::jsonb) as x(
        id uuid, version bigint, data jsonb, updated_at timestamptz, op text)
      where r.workspace_id = ${origin.workspaceId} and r.id = any(${recordIds}::uuid[]) and r.id = x.id
    ), linked as (
      update public.links l set external_key = x.external_key, url = x.url, remote_rank = x.remote_rank,
        base = x.base, ours = x.ours, unreadable = coalesce(x.unreadable, l.unreadable),
        raw = coalesce(x.raw, l.raw), observed_at = clock_timestamp(), held = x.held, state = x.state,
        error = case when x.state in ('refused', 'unknown', 'dirty', 'inaccessible') then l.error end,
        dirty_at = case when x.owes then coalesce(l.dirty_at, now()) end,
        next_attempt_at = case when x.reread then now() when x.owes or l.reread_at is not null then coalesce(l.next_attempt_at, now())
          when l.unsaid_name is not null then least(l.next_attempt_at, now() + ${`${syncLimits.unsaidLookMs} milliseconds`}::interval) end,
        reread_at = case when x.reread then now() else l.reread_at end,
        echoed_at = case when x.echoed then now() else l.echoed_at end
      from jsonb_to_recordset(${json(tx, links)}::jsonb) as x(
        id uuid, external_key text, url text, remote_rank bigint, base jsonb, ours jsonb, unreadable jsonb, raw jsonb, held text[], state text,
        owes boolean, reread boolean, echoed boolean)
      where l.workspace_id = ${origin.workspaceId} and l.id = any(${linkIds}::uuid[]) and l.id = x.id
    ), told as (
      update public.links o set dirty_at = coalesce(o.dirty_at, now()), attempts = 0,
        next_attempt_at = least(o.next_attempt_at, now()),
        state = case when o.state in ('synced', 'refused') then 'dirty' else o.state end
      from jsonb_to_recordset(${json(tx, records)}::jsonb) as x(id uuid, stream_id uuid, op text)
      where o.workspace_id = ${origin.workspaceId} and o.record_id = any(${recordIds}::uuid[])
        and o.record_id = x.id and x.op <> 'delete'
        and o.connection_id <> ${origin.connectionId} and o.state <> 'tombstone'
        and not exists (select 1 from apart p where p.stream_id = x.stream_id and p.other_id = o.stream_id)
    ), kept as (
      -- What a person is asked about stays as it is asked.
      update public.links o set ours = o.ours || coalesce((
        select jsonb_object_agg(d.key, d.value -> 1) from jsonb_each(x.diff) d where d.key <> all (o.held)), '{}')
      from jsonb_to_recordset(${json(tx, records)}::jsonb) as x(id uuid, stream_id uuid, op text, diff jsonb)
      where (select true from apart limit 1)
        and o.workspace_id = ${origin.workspaceId} and o.record_id = any(${recordIds}::uuid[])
        and o.record_id = x.id and x.op <> 'delete'
        and o.connection_id <> ${origin.connectionId} and o.state <> 'tombstone'
        and exists (select 1 from apart p where p.stream_id = x.stream_id and p.other_id = o.stream_id)
    )
    insert into public.change_log
      (workspace_id, record_id, kind, version, op, origin, reason, connection_id, run_id, inbox_event_id, fields, diff,
        remote_at)
    select ${origin.workspaceId}, x.id, ${origin.kind}, x.version, x.op, 'connection', ${origin.reason}, ${origin.connectionId},
      ${origin.runId}::uuid, x.inbox_event_id, x.fields, x.diff, x.remote_at
    from jsonb_to_recordset(${json(tx, records)}::jsonb) as x(
      id uuid, version bigint, op text, fields text[], diff jsonb, inbox_event_id uuid,
      remote_at timestamptz)`;
}

/** An open conflict of the same field keeps its older base and takes the newer sides. */
export async function writeConflicts(
  tx: Tx,
  origin: Pick<Origin, 'workspaceId'>,
  conflicts: ConflictWrite[],
  settled: PlannedObject['settled'],
): Promise<void> {
  await tx`
    with agreed as (
      update public.conflicts c set status = 'resolved', resolved_at = now(), resolution = x.value
      from jsonb_to_recordset(${json(tx, settled)}::jsonb) as x(link_id uuid, field text, value jsonb)
      where c.workspace_id = ${origin.workspaceId} and c.link_id = x.link_id and c.field = x.field
        and c.status = 'open'
    )
    insert into public.conflicts (id, workspace_id, record_id, link_id, field, base, local, remote, remote_at,
      policy, status, resolution, resolved_at)
    select x.id, ${origin.workspaceId}, x.record_id, x.link_id, x.field, x.base, x.local, x.remote, x.remote_at,
      x.policy, x.status, x.resolution, case x.status when 'automatic' then now() end
    from jsonb_to_recordset(${json(tx, conflicts)}::jsonb) as x(
      id uuid, record_id uuid, link_id uuid, field text, base jsonb, local jsonb, remote jsonb,
      remote_at timestamptz, policy text, status text, resolution jsonb)
    on conflict (link_id, field) where status = 'open'
      do update set local = excluded.local, remote = excluded.remote, remote_at = excluded.remote_at`;
}

export async function markEchoed(tx: Tx, origin: Origin, intentIds: string[]): Promise<void> {
  await tx`
    update public.push_intents set echoed_at = now()
    where workspace_id = ${origin.workspaceId} and id = any(${intentIds}) and echoed_at is null`;
}

/**
 * Keeps the stream's times, at most once per `lagMs` and only when nobody else is at it, so that
 * events of one stream do not queue behind its row.
 */
export async function touchStream(
  tx: Tx,
  origin: Origin,
  seen: { isEvent: boolean; isChanged: boolean; lagMs: number },
): Promise<void> {
  await tx`
    update public.streams s set
      last_event_at = case when ${seen.isEvent} then now() else s.last_event_at end,
      last_changed_at = case when ${seen.isChanged} then now() else s.last_changed_at end
    where s.id = (
      select t.id from public.streams t
      where t.workspace_id = ${origin.workspaceId} and t.id = ${origin.streamId}
        and coalesce(case when ${seen.isEvent} then t.last_event_at else t.last_changed_at end, '-infinity')
          < now() - ${`${seen.lagMs} milliseconds`}::interval
      for no key update skip locked)`;
}

/** What connections changed of records within a time, newest first. */
export function selectRecent(
  tx: Tx,
  origin: Origin,
  recordIds: string[],
  windowMs: number,
): Promise<RecentChange[]> {
  return tx<RecentChange[]>`
    select record_id, connection_id, diff from public.change_log
    where workspace_id = ${origin.workspaceId} and record_id = any(${recordIds}) and origin = 'connection'
      and op = 'update' and at > now() - ${`${windowMs} milliseconds`}::interval
    order by id desc limit ${recentRows}`;
}

/** Values overwritten at links within a time, and the fields that are left alone because of it. */
export function selectWriteBacks(
  tx: Tx,
  origin: Origin,
  linkIds: string[],
  windowMs: number,
): Promise<(RecentWriteBack & { link_id: string })[]> {
  return tx<(RecentWriteBack & { link_id: string })[]>`
    select link_id, field, local, remote, count(*) filter (where status = 'automatic')::int as times,
      bool_or(status = 'open') as is_parked
    from public.conflicts
    where workspace_id = ${origin.workspaceId} and link_id = any(${linkIds})
      and (status = 'automatic' and created_at > now() - ${`${windowMs} milliseconds`}::interval
        or status = 'open' and policy = 'oscillation')
    group by link_id, field, local, remote`;
}
