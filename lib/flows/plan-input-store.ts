import type { JsonObject } from '#lib/core/index';
import { json, type Tx } from '#lib/db/index';
import type { SeenLink } from '#lib/sync/index';
import { planLimits } from './plan-limits.ts';
import type { TakenPlan } from './plan-work-store.ts';
import type { PlanRow } from './schema.ts';

/** What a record is called in a row, and where it is. */
export interface Named {
  id: string;
  title: string;
  links: {
    id: string;
    stream_id: string;
    remote_rank: number;
    url: string | null;
    state: string;
  }[];
}

export function selectNamed(
  tx: Tx,
  plan: TakenPlan,
  recordIds: readonly string[],
): Promise<Named[]> {
  return tx<Named[]>`
    select r.id, left(coalesce(nullif(r.title, ''), r.data ->> 'name', r.data ->> 'description', r.data ->> 'body', ''),
        ${planLimits.titleChars}) as title,
      coalesce((select json_agg(json_build_object('id', l.id, 'stream_id', l.stream_id,
          'remote_rank', l.remote_rank, 'url', l.url, 'state', l.state) order by l.id)
        from public.links l where l.workspace_id = r.workspace_id and l.record_id = r.id), '[]') as links
    from public.records r where r.workspace_id = ${plan.workspace_id} and r.id = any(${[...recordIds]}::uuid[])`;
}

/** A record as a join sees it. */
export interface WholeRecord {
  id: string;
  data: JsonObject;
  links: SeenLink[];
}

export function selectWhole(
  tx: Tx,
  plan: TakenPlan,
  recordIds: readonly string[],
): Promise<WholeRecord[]> {
  return tx<WholeRecord[]>`
    select r.id, r.data, coalesce((
      select json_agg(json_build_object('id', l.id, 'connection_id', l.connection_id, 'stream_id', l.stream_id,
        'state', l.state, 'held', l.held, 'base', l.base, 'ours', l.ours,
        'lens_version', l.lens_version, 'rules', s.rules, 'rules_version', s.version, 'since', s.since)
        order by l.id)
      from public.links l
      left join public.stream_rules s on s.workspace_id = l.workspace_id and s.stream_id = l.stream_id
      where l.workspace_id = r.workspace_id and l.record_id = r.id), '[]') as links
    from public.records r where r.workspace_id = ${plan.workspace_id} and r.id = any(${[...recordIds]}::uuid[])`;
}

/** One record a row was decided on: its version, and what had been seen of its links. */
export interface RowInput {
  record_id: string;
  version: number;
  ranks: Record<string, number>;
}

export interface NewRow {
  ordinal: number;
  action: PlanRow['action'];
  status: PlanRow['status'];
  reason: string | null;
  record_id: string;
  title: string;
  others: PlanRow['others'];
  targets: string[];
  differences: PlanRow['differences'];
  inputs: RowInput[];
}

export async function insertPlanRows(
  tx: Tx,
  plan: TakenPlan,
  rows: readonly NewRow[],
): Promise<void> {
  await tx`
    insert into public.flow_plan_rows (plan_id, workspace_id, ordinal, action, status, reason, record_id, title,
      others, targets, differences, inputs)
    select ${plan.id}, ${plan.workspace_id}, x.ordinal, x.action, x.status, x.reason, x.record_id, x.title,
      x.others, array(select t::uuid from jsonb_array_elements_text(x.targets) t), x.differences, x.inputs
    from jsonb_to_recordset(${json(tx, rows)}::jsonb) as x(
      ordinal int, action text, status text, reason text, record_id uuid, title text, others jsonb, targets jsonb,
      differences jsonb, inputs jsonb)`;
}

export interface PaceRow {
  stream_id: string;
  connection_id: string;
  connector: string;
  resource: string;
  per_second: number | null;
  quota_remaining: number | null;
}

/** What the sides' connections let through, as their budgets know it by now. */
export function selectPaces(tx: Tx, plan: TakenPlan): Promise<PaceRow[]> {
  return tx<PaceRow[]>`
    select s.id as stream_id, c.id as connection_id, c.connector, s.resource, b.per_second,
      case when b.quota_reset_at > now() then b.quota_remaining end as quota_remaining
    from public.flow_sides fs
    join public.streams s on s.workspace_id = fs.workspace_id and s.id = fs.stream_id
    join public.connections c on c.workspace_id = s.workspace_id and c.id = s.connection_id
    left join public.connection_budgets b on b.workspace_id = c.workspace_id and b.connection_id = c.id
    where fs.workspace_id = ${plan.workspace_id} and fs.flow_id = ${plan.flow_id}`;
}

export async function selectCalls(tx: Tx, plan: TakenPlan): Promise<Record<string, number>> {
  const [row] = await tx<{ calls: Record<string, number> }[]>`
    select calls from public.flow_plans where workspace_id = ${plan.workspace_id} and id = ${plan.id}`;
  return row?.calls ?? {};
}

/** Objects the plan makes, by stream; rows in review make nothing yet. */
export async function selectMade(tx: Tx, plan: TakenPlan): Promise<Record<string, number>> {
  const rows = await tx<{ stream_id: string; made: number }[]>`
    select t.stream_id, count(*)::int as made
    from public.flow_plan_rows r cross join lateral unnest(r.targets) as t(stream_id)
    where r.workspace_id = ${plan.workspace_id} and r.plan_id = ${plan.id} and r.action <> 'review'
    group by t.stream_id`;
  return Object.fromEntries(rows.map((row) => [row.stream_id, row.made]));
}
