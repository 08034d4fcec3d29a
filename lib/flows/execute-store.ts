import { json, type Tx } from '#lib/db/index';
import type { Named, RowInput } from './plan-input-store.ts';
import { planLimits } from './plan-limits.ts';
import type { TakenPlan } from './plan-work-store.ts';
import type { PlanRow } from './schema.ts';

/** A row as it is carried out. */
export interface StoredRow {
  ordinal: number;
  action: PlanRow['action'];
  record_id: string;
  others: PlanRow['others'];
  targets: string[];
  inputs: RowInput[];
  is_chosen: boolean;
  choice: string | null;
}

const storedColumns = (tx: Tx) => tx`
  r.ordinal, r.action, r.record_id, r.others, r.targets, r.inputs, r.is_chosen, r.choice`;

/** Rows nobody has carried out, in the order of the plan: those behind `after`. */
export function selectOpenRows(
  tx: Tx,
  plan: TakenPlan,
  after: number,
  rows: number,
): Promise<StoredRow[]> {
  return tx<StoredRow[]>`
    select ${storedColumns(tx)} from public.flow_plan_rows r
    where r.workspace_id = ${plan.workspace_id} and r.plan_id = ${plan.id} and r.status = 'planned'
      and r.ordinal > ${after}
    order by r.ordinal limit ${rows}`;
}

/** The rows in review of these records that nobody has carried out. */
export function selectPartnerRows(
  tx: Tx,
  plan: TakenPlan,
  recordIds: readonly string[],
): Promise<StoredRow[]> {
  return tx<StoredRow[]>`
    select ${storedColumns(tx)} from public.flow_plan_rows r
    where r.workspace_id = ${plan.workspace_id} and r.plan_id = ${plan.id} and r.action = 'review'
      and r.status = 'planned' and r.record_id = any(${[...recordIds]}::uuid[])`;
}

/** What a row finds of a record: compared with what it was decided on. */
export type FoundRecord = Pick<Named, 'links'> & {
  id: string;
  version: number;
  deleted_at: string | null;
};

/**
 * Holds records and their links in the order everybody holds them, before the first row changes any:
 * rows come in another order. The messages of this transaction are thinned out.
 */
export async function holdRecords(
  tx: Tx,
  plan: TakenPlan,
  recordIds: readonly string[],
): Promise<FoundRecord[]> {
  const records = await tx<Omit<FoundRecord, 'links'>[]>`
    select r.id, r.version, r.deleted_at, set_config('patchbay.bulk', 'on', true) from public.records r
    where r.workspace_id = ${plan.workspace_id} and r.id = any(${[...recordIds]}::uuid[])
    order by r.id for update of r`;
  const links = await tx<(FoundRecord['links'][number] & { record_id: string })[]>`
    select l.record_id, l.id, l.stream_id, l.remote_rank, l.url, l.state from public.links l
    where l.workspace_id = ${plan.workspace_id} and l.record_id = any(${[...recordIds]}::uuid[])
    order by l.id for update`;
  return records.map((record) => ({
    ...record,
    links: links.filter((link) => link.record_id === record.id),
  }));
}

/** Of these records those that something is like which was first seen after the plan was made. */
export async function selectOvertaken(
  tx: Tx,
  plan: TakenPlan,
  recordIds: readonly string[],
): Promise<string[]> {
  const rows = await tx<{ record_id: string }[]>`
    select m.record_id from private.flow_plan_members m
    where m.plan_id = ${plan.id} and m.record_id = any(${[...recordIds]}::uuid[]) and m.match_key <> ''
      and exists (select 1 from private.flow_plan_members l
        where l.plan_id = m.plan_id and l.match_key = m.match_key and l.is_late and l.record_id <> m.record_id)`;
  return rows.map((row) => row.record_id);
}

export interface RowOutcome {
  ordinal: number;
  status: 'done' | 'skipped' | 'failed' | 'rejected';
  reason: string | null;
}

/** A row that was carried out meanwhile stays as it is. Answers how many were written. */
export async function saveOutcomes(
  tx: Tx,
  plan: TakenPlan,
  outcomes: readonly RowOutcome[],
): Promise<number> {
  const written = await tx`
    update public.flow_plan_rows r set status = x.status, reason = left(x.reason, ${planLimits.reasonChars}),
      finished_at = now()
    from jsonb_to_recordset(${json(tx, outcomes)}::jsonb) as x(ordinal int, status text, reason text)
    where r.workspace_id = ${plan.workspace_id} and r.plan_id = ${plan.id} and r.ordinal = x.ordinal
      and r.status = 'planned'
    returning 1`;
  return written.length;
}

/**
 * Names what came after the plan was made and is neither joined nor owed anywhere, behind its last
 * row; answers how many.
 */
export async function nameNewcomers(tx: Tx, plan: TakenPlan, reason: string): Promise<number> {
  const rows = await tx`
    insert into public.flow_plan_rows (plan_id, workspace_id, ordinal, action, status, reason, record_id, title,
      finished_at)
    select ${plan.id}, ${plan.workspace_id}, (row_number() over (order by m.record_id))::int + coalesce((
        select max(o.ordinal) from public.flow_plan_rows o where o.plan_id = ${plan.id}), 0),
      'create', 'skipped', ${reason}, m.record_id,
      left(coalesce(nullif(r.title, ''), r.data ->> 'name', r.data ->> 'body', ''), ${planLimits.titleChars}), now()
    from private.flow_plan_members m
    join public.records r on r.workspace_id = m.workspace_id and r.id = m.record_id and r.deleted_at is null
    where m.plan_id = ${plan.id} and m.is_late and not exists (
      select 1 from public.creations c where c.workspace_id = m.workspace_id and c.record_id = m.record_id)
    order by m.record_id limit ${planLimits.namedNewcomers}
    returning 1`;
  return rows.length;
}
