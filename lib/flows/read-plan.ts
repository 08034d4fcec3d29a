import { HubError, limits } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { selectPlanRow, selectPlanRows } from './plan-row-store.ts';
import { lockPlan, type StoredPlan, selectNewestPlan, selectPlan } from './plan-store.ts';
import type { Plan, PlanRow } from './schema.ts';

export const toPlan = ({ workspace_id: _at, flow_version: _of, ...plan }: StoredPlan): Plan => plan;

const planNotFound = () => new HubError('resource.not_found', 'There is no such plan.');

export async function getPlan(tx: Tx, input: { planId: string }): Promise<Plan> {
  const row = await selectPlan(tx, input.planId);
  if (!row) throw planNotFound();
  return toPlan(row);
}

/** The newest of a flow. Throws `resource.not_found` for a flow nobody made a plan for. */
export async function getNewestPlan(
  tx: Tx,
  input: { workspaceId: string; flowId: string },
): Promise<Plan> {
  const row = await selectNewestPlan(tx, input.workspaceId, input.flowId);
  if (!row) throw new HubError('resource.not_found', 'No plan was made for this flow yet.');
  return toPlan(row);
}

/** Throws what a member who may not change it gets: row security hides it from a lock. */
export async function holdPlan(tx: Tx, planId: string): Promise<StoredPlan> {
  const plan = await lockPlan(tx, planId);
  if (!plan) throw planNotFound();
  return plan;
}

export async function getPlanRow(
  tx: Tx,
  at: { workspaceId: string; planId: string; ordinal: number },
): Promise<PlanRow> {
  const row = await selectPlanRow(tx, at.workspaceId, at.planId, at.ordinal);
  if (!row) throw new HubError('resource.not_found', 'The plan has no such row.');
  return row;
}

export interface PlanRowsPage {
  data: PlanRow[];
  next_cursor: string | null;
}

/** Rows of a plan in their order; the cursor is the last one's ordinal. */
export async function listPlanRows(
  tx: Tx,
  input: {
    workspaceId: string;
    planId: string;
    action?: PlanRow['action'] | undefined;
    status?: PlanRow['status'] | undefined;
    cursor?: string | undefined;
    limit?: number | undefined;
  },
): Promise<PlanRowsPage> {
  const { workspaceId, planId, action, status, cursor } = input;
  if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) {
    throw new HubError('request.invalid', 'The cursor does not belong to this list.');
  }
  const limit = Math.min(input.limit ?? limits.pageRowsDefault, limits.pageRows);
  const filter = { action, status, after: cursor === undefined ? undefined : Number(cursor) };
  const rows = await selectPlanRows(tx, workspaceId, planId, filter, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { data: page, next_cursor: rows.length > limit && last ? String(last.ordinal) : null };
}
