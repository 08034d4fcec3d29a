import type { Tx } from '#lib/db/index';
import type { PlannedSide } from './gather-store.ts';
import type { PlanDeps } from './plan-deps.ts';
import { planLimits } from './plan-limits.ts';
import { type Progress, saveStep, type TakenPlan } from './plan-work-store.ts';
import type { JoinTerms } from './preview-join.ts';

/** A plan in somebody's hands. */
export interface HeldPlan {
  deps: PlanDeps;
  plan: TakenPlan;
  epoch: number;
  sides: readonly PlannedSide[];
  terms: JoinTerms;
}

/** The plan was cancelled, made void or taken over: what was begun is rolled back. */
export class PlanStopped extends Error {
  constructor() {
    super('The plan is not ours any more.');
    this.name = 'PlanStopped';
  }
}

/** Written with what the step did; a step of somebody who lost the plan leaves nothing. */
export async function keepStep(tx: Tx, held: HeldPlan, step: Progress): Promise<void> {
  const isOurs = await saveStep(tx, held.plan, held.epoch, planLimits.leaseMs, step);
  if (!isOurs) throw new PlanStopped();
}
