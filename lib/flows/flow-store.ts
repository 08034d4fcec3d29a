import { type Fragment, json, type Tx } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';
import type { FieldRule } from '#lib/sync/schema';
import { flowLimits } from './limits.ts';
import { type Flow, type FlowSide, flowCountMost } from './schema.ts';

/** A flow as it is stored: what a connector can do is added by whoever knows it. */
export type StoredFlow = Omit<Flow, 'sides'> & { sides: Omit<FlowSide, 'can_create'>[] };

/** As many of these rows as there are, up to one more than is counted. */
const upTo = (tx: Tx, rows: Fragment): Fragment =>
  tx`(select count(*)::int from (${rows} limit ${flowCountMost + 1}) as counted)`;

/** A record that lives at several sides is counted at the first of them. */
const joinedAt = (tx: Tx, workspaceId: string): Fragment => {
  const lives = (at: Fragment) => tx`
    select 1 from parts q join public.links o on o.workspace_id = ${workspaceId} and o.stream_id = q.stream_id
      and o.record_id = l.record_id and o.state <> 'tombstone'
    where q.flow_id = f.id and ${at}`;
  return tx`
    select 1 from parts p join public.links l on l.workspace_id = ${workspaceId} and l.stream_id = p.stream_id
      and l.state <> 'tombstone'
    where p.flow_id = f.id and exists (${lives(tx`q.position > p.position`)})
      and not exists (${lives(tx`q.position < p.position`)})`;
};

const linksAt = (tx: Tx, workspaceId: string, states: readonly string[]): Fragment => tx`
  select 1 from parts p join public.links l on l.workspace_id = ${workspaceId} and l.stream_id = p.stream_id
  where p.flow_id = f.id and l.state in ('dirty', 'pushing', 'unknown', 'refused') and l.state = any(${[...states]}::text[])`;

const creationsAt = (tx: Tx, workspaceId: string, states: readonly string[]): Fragment => tx`
  select 1 from parts p join public.creations m on m.workspace_id = ${workspaceId} and m.stream_id = p.stream_id
  where p.flow_id = f.id and m.state in ('owed', 'sending', 'unknown', 'refused')
    and m.state = any(${[...states]}::text[])`;

const conflictsAt = (tx: Tx, workspaceId: string): Fragment => tx`
  select 1 from public.conflicts k
  join public.links l on l.workspace_id = ${workspaceId} and l.id = k.link_id
  join parts p on p.stream_id = l.stream_id and p.flow_id = f.id
  where k.workspace_id = ${workspaceId} and k.status = 'open'`;

/**
 * The flows of a workspace, newest first, or the one named, with their sides and figures, in one
 * statement. `owed`: objects to be made and edits on their way; `unknown`: those that may have arrived. No
 * figure is counted beyond `flowCountMost`: a stream may have a hundred thousand links, and this is read
 * whenever one changes.
 */
export function selectFlows(
  tx: Tx,
  workspaceId: string,
  want: { flowId: string | null },
): Promise<StoredFlow[]> {
  const links = (...states: string[]) => upTo(tx, linksAt(tx, workspaceId, states));
  const creations = (...states: string[]) => upTo(tx, creationsAt(tx, workspaceId, states));
  return tx<StoredFlow[]>`
    with chosen as materialized (
      select * from public.flows f
      where f.workspace_id = ${workspaceId} and ${want.flowId ? tx`f.id = ${want.flowId}` : tx`true`}
      order by f.id desc limit ${flowLimits.flows}
    ), parts as materialized (
      select fs.flow_id, fs.stream_id, fs.position, fs.creates from public.flow_sides fs
      join chosen on chosen.id = fs.flow_id where fs.workspace_id = ${workspaceId}
    ), sides as (
      select p.flow_id, json_agg(json_build_object('stream_id', p.stream_id, 'stream_name', s.name,
        'connection_id', s.connection_id, 'connector', c.connector, 'resource', s.resource,
        'position', p.position, 'creates', p.creates, 'rules', coalesce(r.rules, '[]'),
        'rules_version', coalesce(r.version, 0))
        order by p.position) as sides
      from parts p
      join public.streams s on s.workspace_id = ${workspaceId} and s.id = p.stream_id
      join public.connections c on c.workspace_id = ${workspaceId} and c.id = s.connection_id
      left join public.stream_rules r on r.workspace_id = ${workspaceId} and r.stream_id = p.stream_id
      group by p.flow_id
    )
    select f.id, f.name, f.kind, f.status, f.match_fields, f.on_difference, f.version,
      coalesce(sides.sides, '[]') as sides,
      ${upTo(tx, joinedAt(tx, workspaceId))} as joined,
      least(${links('dirty', 'pushing')} + ${creations('owed', 'sending')}, ${flowCountMost + 1}::int) as owed,
      least(${links('unknown')} + ${creations('unknown')}, ${flowCountMost + 1}::int) as unknown,
      ${upTo(tx, conflictsAt(tx, workspaceId))} as conflicts,
      least(${links('refused')} + ${creations('refused')}, ${flowCountMost + 1}::int) as refused,
      (select p.id from public.flow_plans p
        where p.workspace_id = ${workspaceId} and p.flow_id = f.id order by p.id desc limit 1) as plan_id,
      f.created_at, f.updated_at
    from chosen f left join sides on sides.flow_id = f.id
    order by f.id desc`;
}

export async function countFlows(tx: Tx, workspaceId: string): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from public.flows where workspace_id = ${workspaceId}`;
  return row?.count ?? 0;
}

export interface HeldFlow {
  id: string;
  kind: Kind;
  status: Flow['status'];
  match_fields: string[];
  on_difference: Flow['on_difference'];
  sides: { stream_id: string; creates: boolean; rules: FieldRule[] }[];
}

/** The flow, kept from others until the transaction ends; null when there is none. */
export async function lockFlow(
  tx: Tx,
  workspaceId: string,
  flowId: string,
): Promise<HeldFlow | null> {
  const [row] = await tx<Omit<HeldFlow, 'sides'>[]>`
    select id, kind, status, match_fields, on_difference from public.flows
    where workspace_id = ${workspaceId} and id = ${flowId} for update`;
  if (!row) return null;
  const sides = await tx<HeldFlow['sides']>`
    select fs.stream_id, fs.creates, coalesce(r.rules, '[]') as rules from public.flow_sides fs
    left join public.stream_rules r
      on r.workspace_id = fs.workspace_id and r.stream_id = fs.stream_id
    where fs.workspace_id = ${workspaceId} and fs.flow_id = ${flowId} order by fs.position`;
  return { ...row, sides };
}

export async function insertFlow(
  tx: Tx,
  workspaceId: string,
  flow: {
    id: string;
    name: string;
    kind: Kind;
    matchFields: readonly string[];
    onDifference: Flow['on_difference'];
    createdBy: string;
  },
): Promise<void> {
  await tx`
    insert into public.flows (id, workspace_id, name, kind, match_fields, on_difference, created_by)
    values (${flow.id}, ${workspaceId}, ${flow.name}, ${flow.kind}, ${[...flow.matchFields]},
      ${flow.onDifference}, ${flow.createdBy})`;
}

export async function updateFlow(
  tx: Tx,
  workspaceId: string,
  flow: {
    id: string;
    name: string | null;
    status: Flow['status'];
    matchFields: readonly string[];
    onDifference: Flow['on_difference'];
    /** What plans are decided on became another. */
    isOther: boolean;
  },
): Promise<void> {
  await tx`
    update public.flows set name = coalesce(${flow.name}, name), status = ${flow.status},
      match_fields = ${[...flow.matchFields]}, on_difference = ${flow.onDifference},
      version = version + ${flow.isOther ? 1 : 0}, updated_at = now()
    where workspace_id = ${workspaceId} and id = ${flow.id}`;
}

/** Its sides and what plans know of it go along. */
export async function deleteFlowRow(tx: Tx, workspaceId: string, flowId: string): Promise<void> {
  await tx`delete from public.flows where workspace_id = ${workspaceId} and id = ${flowId}`;
}

/**
 * Puts these sides in the place of those there are. Streams are taken in one order, so that two who
 * want the same ones wait for each other and never both. Answers the streams that another flow has.
 */
export async function putSides(
  tx: Tx,
  workspaceId: string,
  flowId: string,
  sides: readonly { stream_id: string; creates: boolean }[],
): Promise<string[]> {
  await tx`
    delete from public.flow_sides where workspace_id = ${workspaceId} and flow_id = ${flowId}`;
  const wanted = sides.map((side, position) => ({ ...side, position }));
  const taken = await tx<{ stream_id: string }[]>`
    insert into public.flow_sides (stream_id, workspace_id, flow_id, position, creates)
    select x.stream_id, ${workspaceId}, ${flowId}, x.position, x.creates
    from jsonb_to_recordset(${json(tx, wanted)}) as x (stream_id uuid, position smallint, creates boolean)
    order by x.stream_id
    on conflict (stream_id) do nothing returning stream_id`;
  const ours = new Set(taken.map((row) => row.stream_id));
  return sides.map((side) => side.stream_id).filter((id) => !ours.has(id));
}

/** What was owed to these streams is not made; what is being sent comes to its end. */
export async function cancelOwed(
  tx: Tx,
  workspaceId: string,
  streamIds: readonly string[],
): Promise<void> {
  // Whoever waits for one of them is one of them: none has to be told.
  await tx`select set_config('patchbay.lets_all_be', 'on', true)`;
  await tx`
    update public.creations set state = 'cancelled', next_attempt_at = null, finished_at = now()
    where workspace_id = ${workspaceId} and stream_id = any(${[...streamIds]}::uuid[])
      and state in ('owed', 'refused')`;
  await tx`select set_config('patchbay.lets_all_be', '', true)`;
}
