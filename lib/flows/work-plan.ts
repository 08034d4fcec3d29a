import { HubError, type JsonObject, toHubError } from '#lib/core/index';
import { isUnavailable, transaction, wake } from '#lib/db/index';
import { captureError } from '#lib/observability/index';
import { backoffMs } from '#lib/sync/index';
import { enableStep } from './enable-step.ts';
import { isSideRead, type PlannedSide, selectSides } from './gather-store.ts';
import { type HeldPlan, PlanStopped } from './held-plan.ts';
import { makeStep } from './make-plan.ts';
import type { PlanDeps } from './plan-deps.ts';
import { planLimits } from './plan-limits.ts';
import { extendPlan, releasePlan, type TakenPlan, takePlan } from './plan-work-store.ts';
import type { JoinTerms } from './preview-join.ts';
import { flowSidesMin } from './schema.ts';

export interface PlanJob {
  workspaceId: string;
  planId: string;
  epoch: number;
}

/** skipped: somebody else has it. stopped: cancelled, void or taken over. yielded: goes on in a moment. */
export type PlanOutcome = 'skipped' | 'stopped' | 'yielded' | 'completed' | 'postponed' | 'failed';

/**
 * Makes a plan, or carries it out, for one slice of time. Each step is one transaction with the place
 * it stands at, so that a worker killed anywhere loses at most the step in hand: the lease runs out
 * and the next holder takes it again.
 */
export async function workPlan(
  deps: PlanDeps,
  job: PlanJob,
  signal: AbortSignal,
): Promise<PlanOutcome> {
  const plan = await transaction(deps.db, (tx) =>
    takePlan(tx, job.workspaceId, job.planId, job.epoch, planLimits.leaseMs),
  );
  if (!plan) return 'skipped';
  const mine = { deps, plan, epoch: job.epoch + 1 };
  const lost = new AbortController();
  const beat = setInterval(() => void keepLease(mine, lost), planLimits.beatMs);
  try {
    const sides = await selectSides(deps.db, plan);
    if (await mustWait(mine, sides)) return await giveWay(mine, planLimits.readPauseMs);
    const isOver = await takeSteps(mine, sides, AbortSignal.any([signal, lost.signal]));
    return isOver ? 'completed' : await giveWay(mine);
  } catch (error) {
    if (error instanceof PlanStopped || lost.signal.aborted) return 'stopped';
    if (signal.aborted) return giveWay(mine);
    if (isUnavailable(error)) throw error;
    return settleFailure(mine, error);
  } finally {
    clearInterval(beat);
  }
}

type Mine = Pick<HeldPlan, 'deps' | 'plan' | 'epoch'>;

async function keepLease({ deps, plan, epoch }: Mine, lost: AbortController): Promise<void> {
  try {
    if (!(await extendPlan(deps.db, plan.id, epoch, planLimits.leaseMs))) lost.abort();
  } catch (error) {
    deps.log.warn('the lease of a plan could not be extended', {
      workspace_id: plan.workspace_id,
      err: error,
    });
  }
}

/** Before its first step a plan lets its sides come to rest. */
async function mustWait({ deps, plan }: Mine, sides: readonly PlannedSide[]): Promise<boolean> {
  const { step, after } = plan.checkpoint;
  const isBegun = step === 'match' || after !== undefined;
  if (plan.status !== 'making' || isBegun) return false;
  return isSideRead(deps.db, plan, sides, planLimits.readMostMs);
}

/** True when the plan is over, false when its slice of time is. */
async function takeSteps(
  mine: Mine,
  sides: readonly PlannedSide[],
  signal: AbortSignal,
): Promise<boolean> {
  const { deps, plan } = mine;
  const started = deps.clock.now();
  if (sides.length < flowSidesMin) {
    throw new HubError('request.invalid', 'A stream of the flow was removed.');
  }
  const held: HeldPlan = { ...mine, sides, terms: termsOf(deps, plan, sides) };
  const step = plan.status === 'making' ? makeStep : enableStep;
  let at = plan.checkpoint;
  for (;;) {
    signal.throwIfAborted();
    const next = await step(held, at);
    if (next === null) return true;
    at = next;
    if (deps.clock.now() - started > planLimits.sliceMs) return false;
  }
}

/** A preview and what is done of it see the streams in the same way. */
function termsOf(deps: PlanDeps, plan: TakenPlan, sides: readonly PlannedSide[]): JoinTerms {
  const writable = new Map(
    sides.map(({ stream_id, connector, resource }) => [
      stream_id,
      deps.connectors.resourceOf(connector, resource)?.writable ?? [],
    ]),
  );
  return {
    kind: plan.kind,
    onDifference: plan.on_difference,
    streams: sides.map((side) => side.stream_id),
    writable: (streamId) => writable.get(streamId) ?? null,
  };
}

/** Other work gets its turn; the plan stands in the queue again, at once if nothing is waited for. */
async function giveWay({ deps, plan, epoch }: Mine, nextAfterMs = 0): Promise<PlanOutcome> {
  return transaction(deps.db, async (tx) => {
    const pause = { status: null, attempts: plan.attempts, error: null, nextAfterMs };
    const isOurs = await releasePlan(tx, plan, epoch, pause);
    if (isOurs && nextAfterMs === 0) await wake(tx, 'plans');
    return isOurs ? 'yielded' : 'stopped';
  });
}

async function settleFailure({ deps, plan, epoch }: Mine, error: unknown): Promise<PlanOutcome> {
  const fault = toHubError(error);
  if (fault.code === 'internal.unexpected') captureError(deps.log, error, 'a plan met a fault');
  const attempts = plan.attempts + 1;
  const isFinal = fault.code === 'request.invalid' || attempts >= planLimits.attempts;
  const said: JsonObject = { code: fault.code, message: fault.message };
  const isOurs = await transaction(deps.db, (tx) =>
    releasePlan(tx, plan, epoch, {
      status: isFinal ? 'failed' : null,
      attempts,
      error: said,
      nextAfterMs: backoffMs(attempts, fault, deps.clock),
    }),
  );
  if (!isOurs) return 'stopped';
  return isFinal ? 'failed' : 'postponed';
}
