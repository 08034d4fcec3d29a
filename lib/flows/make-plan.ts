import { type Tx, transaction } from '#lib/db/index';
import { type Asked, type Estimate, estimatePlan, type Pace } from './estimate-plan.ts';
import { gatherMembers } from './gather-members.ts';
import { countMembers } from './gather-store.ts';
import { type HeldPlan, keepStep, PlanStopped } from './held-plan.ts';
import { matchPage } from './match-page.ts';
import type { MatchSide } from './match-records.ts';
import type { PlanDeps } from './plan-deps.ts';
import { type PaceRow, selectCalls, selectMade, selectPaces } from './plan-input-store.ts';
import { type Checkpoint, saveReady } from './plan-work-store.ts';

/**
 * One step of making a plan, in one transaction with the place it stands at; null when the plan is
 * made. First every record is taken in with what it is matched by, then each is decided on: memory
 * holds a page of them, however many there are.
 */
export function makeStep(held: HeldPlan, at: Checkpoint): Promise<Checkpoint | null> {
  return transaction(held.deps.db, (tx) =>
    at.step === 'match' ? match(tx, held, at) : gather(tx, held, at),
  );
}

async function gather(tx: Tx, held: HeldPlan, at: Checkpoint): Promise<Checkpoint> {
  const { plan, sides } = held;
  const step = await gatherMembers(tx, plan, sides, { after: at.after ?? null, isLate: false });
  if (step.next !== null) {
    const checkpoint: Checkpoint = { step: 'gather', after: step.next };
    await keepStep(tx, held, { checkpoint, done: step.looked });
    return checkpoint;
  }
  const checkpoint: Checkpoint = { step: 'match' };
  await keepStep(tx, held, { checkpoint, total: await countMembers(tx, plan) });
  return checkpoint;
}

async function match(tx: Tx, held: HeldPlan, at: Checkpoint): Promise<Checkpoint | null> {
  const { plan, terms } = held;
  const step = await matchPage(tx, plan, { sides: matchSides(held), join: terms }, at);
  if (step) {
    await keepStep(tx, held, step);
    return step.checkpoint;
  }
  if (!(await saveReady(tx, plan, held.epoch, await estimate(tx, held)))) throw new PlanStopped();
  return null;
}

/** A side makes what it was told to make and its service can. */
function matchSides({ sides, deps }: HeldPlan): MatchSide[] {
  return sides.map(({ position, stream_id: streamId, connector, resource, creates }) => ({
    position,
    streamId,
    makes: creates && deps.connectors.resourceOf(connector, resource)?.creates !== undefined,
  }));
}

async function estimate(tx: Tx, { plan, deps }: HeldPlan): Promise<Estimate> {
  const rows = await selectPaces(tx, plan);
  const [calls, made] = [await selectCalls(tx, plan), await selectMade(tx, plan)];
  const asked = new Map<string, Asked>();
  for (const { stream_id: streamId, connection_id: connectionId } of rows) {
    asked.set(connectionId, { calls: calls[streamId] ?? 0, made: made[streamId] ?? 0 });
  }
  return estimatePlan(
    asked,
    rows.flatMap((row) => paceOf(row, deps.connectors) ?? []),
  );
}

function paceOf(row: PaceRow, connectors: PlanDeps['connectors']): Pace | null {
  const rate = connectors.rateOf(row.connector);
  if (!rate) return null;
  const sustained = rate.requests / (rate.perMs / 1_000);
  return {
    connectionId: row.connection_id,
    perSecond: row.per_second ?? sustained,
    quota: row.quota_remaining ?? rate.requests,
    sustained,
    provider: connectors.providerOf(row.connector),
    limits: connectors.resourceOf(row.connector, row.resource)?.creates?.limits ?? [],
  };
}
