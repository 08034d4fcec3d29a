import type { Tx } from '#lib/db/index';
import type { PlanRow } from './schema.ts';

export interface RowFilter {
  action?: PlanRow['action'] | undefined;
  status?: PlanRow['status'] | undefined;
  /** The last ordinal of the page before. */
  after?: number | undefined;
}

/** In the plan's own order. */
export function selectPlanRows(
  tx: Tx,
  workspaceId: string,
  planId: string,
  filter: RowFilter,
  rows: number,
): Promise<PlanRow[]> {
  return tx<PlanRow[]>`
    select ${rowColumns(tx)} from public.flow_plan_rows r
    where r.workspace_id = ${workspaceId} and r.plan_id = ${planId}
      ${filter.action ? tx`and r.action = ${filter.action}` : tx``}
      ${filter.status ? tx`and r.status = ${filter.status}` : tx``}
      ${filter.after === undefined ? tx`` : tx`and r.ordinal > ${filter.after}`}
    order by r.ordinal limit ${rows}`;
}

const rowColumns = (tx: Tx) => tx`
  r.ordinal, r.action, r.status, r.reason, r.title, r.record_id, r.others, r.targets, r.differences,
  case when r.is_chosen then json_build_object('record_id', r.choice) end as choice`;

export async function selectPlanRow(
  tx: Tx,
  workspaceId: string,
  planId: string,
  ordinal: number,
): Promise<PlanRow | null> {
  const [row] = await tx<PlanRow[]>`
    select ${rowColumns(tx)} from public.flow_plan_rows r
    where r.workspace_id = ${workspaceId} and r.plan_id = ${planId} and r.ordinal = ${ordinal}`;
  return row ?? null;
}

/**
 * What a person said of a record, in its row and in the row of whom it is: a choice is mutual, and
 * whoever was chosen before is free again.
 */
export async function writeChoice(
  tx: Tx,
  workspaceId: string,
  planId: string,
  said: { recordId: string; choice: string | null; by: string },
): Promise<void> {
  const { recordId, choice, by } = said;
  const pair = choice === null ? [recordId] : [recordId, choice];
  await tx`
    update public.flow_plan_rows set is_chosen = false, choice = null, chosen_by = null
    where workspace_id = ${workspaceId} and plan_id = ${planId} and choice = any(${pair}::uuid[])`;
  await tx`
    update public.flow_plan_rows set is_chosen = true, chosen_by = ${by},
      choice = case when record_id = ${recordId} then ${choice}::uuid else ${recordId}::uuid end
    where workspace_id = ${workspaceId} and plan_id = ${planId} and action = 'review'
      and record_id = any(${pair}::uuid[])`;
}
