import type { JsonObject } from '#lib/core/index';
import { json, type Queryable, type Tx } from '#lib/db/index';
import type { TakenPlan } from './plan-work-store.ts';

/** A side of a flow that is planned for. */
export interface PlannedSide {
  position: number;
  stream_id: string;
  connection_id: string;
  connector: string;
  resource: string;
  creates: boolean;
}

export function selectSides(db: Queryable, plan: TakenPlan): Promise<PlannedSide[]> {
  return db<PlannedSide[]>`
    select fs.position, fs.stream_id, s.connection_id, c.connector, s.resource, fs.creates
    from public.flow_sides fs
    join public.streams s on s.workspace_id = fs.workspace_id and s.id = fs.stream_id
    join public.connections c on c.workspace_id = fs.workspace_id and c.id = s.connection_id
    where fs.workspace_id = ${plan.workspace_id} and fs.flow_id = ${plan.flow_id} order by fs.position`;
}

/**
 * A side is being read anew, as it is after its mapping was changed: what a plan decided on now would
 * be another record in a moment. Not waited for longer than that since the plan was asked for.
 */
export async function isSideRead(
  db: Queryable,
  plan: TakenPlan,
  sides: readonly PlannedSide[],
  mostMs: number,
): Promise<boolean> {
  const [row] = await db<{ is_read: boolean }[]>`
    select exists (
      select 1 from public.streams s
      where s.workspace_id = ${plan.workspace_id} and s.id = any(${sides.map((side) => side.stream_id)}::uuid[])
        and (s.next_sweep_at <= now() or exists (
          select 1 from public.runs r
          where r.workspace_id = s.workspace_id and r.stream_id = s.id and r.kind = 'reconcile'
            and r.status in ('queued', 'running')))
    ) and exists (
      select 1 from public.flow_plans p where p.workspace_id = ${plan.workspace_id} and p.id = ${plan.id}
        and p.created_at > now() - ${`${mostMs} milliseconds`}::interval) as is_read`;
  return row?.is_read === true;
}

/** A record of the sides, as far as matching needs it. */
export interface Gathered {
  record_id: string;
  version: number;
  /** The fields it is matched by. */
  data: JsonObject;
  links: { stream_id: string; connection_id: string; state: string }[];
  /** The plan has it already. */
  is_known: boolean;
}

/**
 * Records that live at one of the streams, in the order of their ids. Each stream is walked along its
 * own index, so that a page costs the same wherever it lies.
 */
export function selectRecordsOf(
  tx: Tx,
  plan: TakenPlan,
  streamIds: readonly string[],
  after: string | null,
  rows: number,
): Promise<Gathered[]> {
  return tx<Gathered[]>`
    with places as materialized (
      select distinct l.record_id from unnest(${[...streamIds]}::uuid[]) s (id) cross join lateral (
        select l.record_id from public.links l
        where l.stream_id = s.id and l.workspace_id = ${plan.workspace_id} and l.state <> 'tombstone'
          ${after === null ? tx`` : tx`and l.record_id > ${after}`}
        order by l.record_id limit ${rows}) l
      order by l.record_id limit ${rows}
    )
    select p.record_id, r.version, coalesce((
        select jsonb_object_agg(f, r.data -> f) from unnest(${plan.match_fields}::text[]) f), '{}') as data,
      case when r.deleted_at is null then (
        select json_agg(json_build_object('stream_id', l.stream_id, 'connection_id', l.connection_id,
          'state', l.state)) from public.links l
        where l.workspace_id = ${plan.workspace_id} and l.record_id = p.record_id) else '[]' end as links,
      exists (select 1 from private.flow_plan_members m
        where m.plan_id = ${plan.id} and m.record_id = p.record_id) as is_known
    from places p
    join public.records r on r.workspace_id = ${plan.workspace_id} and r.id = p.record_id
    order by p.record_id`;
}

export interface MemberRow {
  record_id: string;
  match_key: string;
  lives: number;
  taken: number;
  version: number;
}

export async function insertMembers(
  tx: Tx,
  plan: TakenPlan,
  members: readonly MemberRow[],
  isLate: boolean,
): Promise<void> {
  await tx`
    insert into private.flow_plan_members (plan_id, workspace_id, record_id, match_key, lives, taken, version, is_late)
    select ${plan.id}, ${plan.workspace_id}, x.record_id, x.match_key, x.lives, x.taken, x.version, ${isLate}
    from jsonb_to_recordset(${json(tx, members)}::jsonb) as x(
      record_id uuid, match_key text, lives smallint, taken smallint, version bigint)
    on conflict (plan_id, record_id) do nothing`;
}

export async function countMembers(tx: Tx, plan: TakenPlan): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from private.flow_plan_members where plan_id = ${plan.id}`;
  return row?.count ?? 0;
}

/** Members in the order they are matched in. */
export function selectMembers(
  tx: Tx,
  plan: TakenPlan,
  after: { key: string; recordId: string } | null,
  rows: number,
): Promise<MemberRow[]> {
  return tx<MemberRow[]>`
    select m.record_id, m.match_key, m.lives, m.taken, m.version from private.flow_plan_members m
    where m.plan_id = ${plan.id}
      ${after === null ? tx`` : tx`and (m.match_key, m.record_id) > (${after.key}, ${after.recordId}::uuid)`}
    order by m.match_key, m.record_id limit ${rows}`;
}

/** By key and the sides that are taken: how many, and the first of them. */
export function selectClasses(
  tx: Tx,
  plan: TakenPlan,
  keys: readonly string[],
  shown: number,
): Promise<{ match_key: string; taken: number; count: number; record_ids: string[] }[]> {
  return tx`
    select m.match_key, m.taken, count(*)::int as count,
      (array_agg(m.record_id order by m.record_id))[1:${shown}] as record_ids
    from private.flow_plan_members m
    where m.plan_id = ${plan.id} and m.match_key = any(${[...keys]}::text[])
    group by m.match_key, m.taken`;
}

/** Streams an object is owed to for a record, or was: what became of it is told elsewhere. */
export function selectOwed(
  tx: Tx,
  plan: TakenPlan,
  recordIds: readonly string[],
): Promise<{ record_id: string; stream_id: string }[]> {
  return tx<{ record_id: string; stream_id: string }[]>`
    select record_id, stream_id from public.creations
    where workspace_id = ${plan.workspace_id} and record_id = any(${[...recordIds]}::uuid[])
      and state <> 'cancelled'`;
}

/** The versions decisions stand on: those the keys were made of. */
export function selectVersions(
  tx: Tx,
  plan: TakenPlan,
  recordIds: readonly string[],
): Promise<{ record_id: string; version: number }[]> {
  return tx<{ record_id: string; version: number }[]>`
    select record_id, version from private.flow_plan_members
    where plan_id = ${plan.id} and record_id = any(${[...recordIds]}::uuid[])`;
}
