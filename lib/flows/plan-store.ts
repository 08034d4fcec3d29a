import type { Tx } from '#lib/db/index';
import type { Plan } from './schema.ts';

export type StoredPlan = Plan & { workspace_id: string; flow_version: number };

const planColumns = (tx: Tx) => tx`
  p.workspace_id, p.flow_version, p.id, p.flow_id, p.status, p.estimate, p.done, p.total, p.skipped, p.failed,
  p.error, p.created_at, p.finished_at,
  json_build_object('joins', p.joins, 'creates', p.creates, 'updates', p.updates, 'conflicts', p.conflicts,
    'reviews', p.reviews, 'deletes', 0) as counts`;

export async function selectPlan(tx: Tx, planId: string): Promise<StoredPlan | null> {
  const [row] = await tx<StoredPlan[]>`
    select ${planColumns(tx)} from public.flow_plans p where p.id = ${planId}`;
  return row ?? null;
}

/** The flow's newest, whatever became of it. */
export async function selectNewestPlan(
  tx: Tx,
  workspaceId: string,
  flowId: string,
): Promise<StoredPlan | null> {
  const [row] = await tx<StoredPlan[]>`
    select ${planColumns(tx)} from public.flow_plans p
    where p.workspace_id = ${workspaceId} and p.flow_id = ${flowId} order by p.id desc limit 1`;
  return row ?? null;
}

/** Kept from others, the worker included, until the transaction ends. */
export async function lockPlan(tx: Tx, planId: string): Promise<StoredPlan | null> {
  const [row] = await tx<StoredPlan[]>`
    select ${planColumns(tx)} from public.flow_plans p where p.id = ${planId} for update`;
  return row ?? null;
}

export interface PlannedFlow {
  version: number;
  /** Sides whose stream is not read to its end, or rests. */
  unready: string[];
}

/** The flow, kept as it is until the transaction ends, so that one plan is made of it at a time. */
export async function lockPlannedFlow(
  tx: Tx,
  workspaceId: string,
  flowId: string,
): Promise<PlannedFlow | null> {
  const [flow] = await tx<{ version: number }[]>`
    select version from public.flows where workspace_id = ${workspaceId} and id = ${flowId} for update`;
  if (!flow) return null;
  const rows = await tx<{ name: string }[]>`
    select s.name from public.flow_sides fs
    join public.streams s on s.workspace_id = fs.workspace_id and s.id = fs.stream_id
    where fs.workspace_id = ${workspaceId} and fs.flow_id = ${flowId} and s.phase <> 'live'
    order by fs.position`;
  return { version: flow.version, unready: rows.map(({ name }) => name) };
}

/** The plan of a flow that is neither over nor void. */
export async function lockOpenPlan(
  tx: Tx,
  workspaceId: string,
  flowId: string,
): Promise<StoredPlan | null> {
  const [row] = await tx<StoredPlan[]>`
    select ${planColumns(tx)} from public.flow_plans p
    where p.workspace_id = ${workspaceId} and p.flow_id = ${flowId}
      and p.status in ('queued', 'making', 'ready', 'enabling') for update`;
  return row ?? null;
}

export async function insertPlan(
  tx: Tx,
  workspaceId: string,
  plan: { id: string; flowId: string; version: number; requestedBy: string },
): Promise<void> {
  await tx`
    insert into public.flow_plans (id, workspace_id, flow_id, flow_version, requested_by)
    values (${plan.id}, ${workspaceId}, ${plan.flowId}, ${plan.version}, ${plan.requestedBy})`;
}

/** Over by a member's word. The raised epoch makes a worker's step in progress void. */
export async function endPlan(
  tx: Tx,
  workspaceId: string,
  planId: string,
  status: 'cancelled' | 'void',
): Promise<void> {
  await tx`
    update public.flow_plans set status = ${status}, epoch = epoch + 1, lease_until = null,
      next_attempt_at = null, finished_at = now()
    where workspace_id = ${workspaceId} and id = ${planId}`;
}

/** What is to be carried out is counted anew from the first row. */
export async function beginEnabling(
  tx: Tx,
  workspaceId: string,
  planId: string,
  enabledBy: string,
): Promise<void> {
  await tx`
    update public.flow_plans set status = 'enabling', epoch = epoch + 1, lease_until = null, attempts = 0,
      next_attempt_at = now(), error = null, done = 0, checkpoint = '{}', enabled_by = ${enabledBy},
      enabled_at = now(), total = (select count(*)::int from public.flow_plan_rows r
        where r.workspace_id = ${workspaceId} and r.plan_id = ${planId})
    where workspace_id = ${workspaceId} and id = ${planId}`;
}
