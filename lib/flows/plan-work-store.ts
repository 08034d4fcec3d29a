import type { JsonObject } from '#lib/core/index';
import { dueInTurn, json, type Queryable, type Tx } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';
import type { Estimate } from './estimate-plan.ts';

const ms = (value: number) => `${value} milliseconds`;

/** Where a plan stands between two steps. */
export interface Checkpoint {
  /** In the order of their happening; absent before the first. */
  step?: 'gather' | 'match' | 'look' | 'rows' | 'last';
  /** gather, look, last: the last record looked at. match: the last one, with its key. */
  after?: string;
  key?: string;
  /** The last row made, or carried out. */
  ordinal?: number;
}

export interface DuePlan {
  id: string;
  workspace_id: string;
  epoch: number;
}

/** Plans that can go on, taken out of sight for the time a job may wait. */
export function claimDuePlans(tx: Tx, rows: number, queueLeaseMs: number): Promise<DuePlan[]> {
  const due = dueInTurn(tx, {
    table: 'public.flow_plans',
    queue: 'plan',
    may: tx`t.status in ('queued', 'making', 'enabling')`,
    at: tx`t.next_attempt_at`,
    also: { where: tx`and (t.lease_until is null or t.lease_until <= now())` },
    limit: rows,
  });
  return tx<DuePlan[]>`${due}
    update public.flow_plans p set next_attempt_at = now() + ${ms(queueLeaseMs)}::interval
    from due where p.id = due.id returning p.id, p.workspace_id, p.epoch`;
}

export interface TakenPlan {
  id: string;
  workspace_id: string;
  flow_id: string;
  status: 'making' | 'enabling';
  attempts: number;
  checkpoint: Checkpoint;
  kind: Kind;
  match_fields: string[];
  on_difference: 'first_side' | 'ask';
}

/** Makes the plan the caller's under a new epoch; null when it is not to be had. */
export async function takePlan(
  tx: Tx,
  workspaceId: string,
  planId: string,
  epoch: number,
  leaseMs: number,
): Promise<TakenPlan | null> {
  const [row] = await tx<TakenPlan[]>`
    update public.flow_plans p set status = case when p.status = 'queued' then 'making' else p.status end,
      epoch = p.epoch + 1, lease_until = now() + ${ms(leaseMs)}::interval,
      next_attempt_at = now() + ${ms(leaseMs)}::interval
    from public.flows f
    where p.workspace_id = ${workspaceId} and p.id = ${planId} and p.epoch = ${epoch}
      and p.status in ('queued', 'making', 'enabling') and f.workspace_id = p.workspace_id and f.id = p.flow_id
    returning p.id, p.workspace_id, p.flow_id, p.status, p.attempts, p.checkpoint, f.kind, f.match_fields,
      f.on_difference`;
  return row ?? null;
}

/** False when the plan has been taken over, given back, cancelled or made void. */
export async function extendPlan(
  db: Queryable,
  planId: string,
  epoch: number,
  leaseMs: number,
): Promise<boolean> {
  const rows = await db`
    update public.flow_plans set lease_until = now() + ${ms(leaseMs)}::interval,
      next_attempt_at = now() + ${ms(leaseMs)}::interval
    where id = ${planId} and epoch = ${epoch} and status in ('making', 'enabling')
      and lease_until is not null
    returning 1`;
  return rows.length > 0;
}

/** What a step adds to the figures of a plan. */
export interface Progress {
  checkpoint: Checkpoint;
  done?: number;
  /** Counts `done` from nought again, of so many. */
  total?: number;
  joins?: number;
  creates?: number;
  updates?: number;
  conflicts?: number;
  reviews?: number;
  skipped?: number;
  failed?: number;
  /** Calls by stream. */
  calls?: Readonly<Record<string, number>>;
}

/** False when the plan is not the caller's any more. */
export async function saveStep(
  tx: Tx,
  plan: TakenPlan,
  epoch: number,
  leaseMs: number,
  step: Progress,
): Promise<boolean> {
  const rows = await tx`
    update public.flow_plans p set checkpoint = ${json(tx, { ...step.checkpoint })},
      done = ${step.total === undefined ? tx`p.done + ${step.done ?? 0}` : tx`0`},
      total = ${step.total === undefined ? tx`p.total` : tx`${step.total}::int`},
      joins = p.joins + ${step.joins ?? 0}, creates = p.creates + ${step.creates ?? 0},
      updates = p.updates + ${step.updates ?? 0}, conflicts = p.conflicts + ${step.conflicts ?? 0},
      reviews = p.reviews + ${step.reviews ?? 0}, skipped = p.skipped + ${step.skipped ?? 0},
      failed = p.failed + ${step.failed ?? 0},
      calls = (select coalesce(jsonb_object_agg(c.key, c.calls), '{}') from (
        select e.key, sum(e.value::int) as calls from (
          select * from jsonb_each_text(p.calls)
          union all select * from jsonb_each_text(${json(tx, { ...step.calls })}::jsonb)) e group by e.key) c),
      attempts = 0, error = null, lease_until = now() + ${ms(leaseMs)}::interval,
      next_attempt_at = now() + ${ms(leaseMs)}::interval
    where p.workspace_id = ${plan.workspace_id} and p.id = ${plan.id} and p.epoch = ${epoch}
      and p.status = ${plan.status}
    returning 1`;
  return rows.length > 0;
}

/** The plan is made. */
export async function saveReady(
  tx: Tx,
  plan: TakenPlan,
  epoch: number,
  estimate: Estimate,
): Promise<boolean> {
  const rows = await tx`
    update public.flow_plans set status = 'ready', estimate = ${json(tx, { ...estimate })}, lease_until = null,
      next_attempt_at = null, checkpoint = '{}', done = coalesce(total, done)
    where workspace_id = ${plan.workspace_id} and id = ${plan.id} and epoch = ${epoch} and status = 'making'
    returning 1`;
  return rows.length > 0;
}

/** Held before the plan, as by whoever changes the flow. */
export async function holdFlow(tx: Tx, plan: TakenPlan): Promise<void> {
  await tx`
    select 1 from public.flows
    where workspace_id = ${plan.workspace_id} and id = ${plan.flow_id} for update`;
}

/** The plan is carried out and its flow, which the caller holds, is live. */
export async function saveDone(
  tx: Tx,
  plan: TakenPlan,
  epoch: number,
  newcomers: number,
): Promise<boolean> {
  const rows = await tx`
    with ended as (
      update public.flow_plans set status = 'done', lease_until = null, next_attempt_at = null, checkpoint = '{}',
        skipped = skipped + ${newcomers}, finished_at = now()
      where workspace_id = ${plan.workspace_id} and id = ${plan.id} and epoch = ${epoch} and status = 'enabling'
      returning flow_id
    )
    update public.flows f set status = 'live', updated_at = now() from ended
    where f.workspace_id = ${plan.workspace_id} and f.id = ended.flow_id returning 1`;
  return rows.length > 0;
}

export interface PlanPause {
  /** Null leaves it as it is. */
  status: 'failed' | null;
  attempts: number;
  error: JsonObject | null;
  nextAfterMs: number;
}

/** Gives the plan back: to go on later, or for good. False when it is not the caller's any more. */
export async function releasePlan(
  tx: Tx,
  plan: TakenPlan,
  epoch: number,
  pause: PlanPause,
): Promise<boolean> {
  const isOver = pause.status === 'failed';
  const rows = await tx`
    update public.flow_plans set status = coalesce(${pause.status}, status), attempts = ${pause.attempts},
      lease_until = null, error = ${pause.error === null ? null : json(tx, pause.error)},
      next_attempt_at = ${isOver ? tx`null` : tx`now() + ${ms(pause.nextAfterMs)}::interval`},
      finished_at = ${isOver ? tx`now()` : tx`null`}
    where workspace_id = ${plan.workspace_id} and id = ${plan.id} and epoch = ${epoch}
      and status = ${plan.status}
    returning 1`;
  return rows.length > 0;
}
