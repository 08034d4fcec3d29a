import { transaction, wake } from '#lib/db/index';
import { captureError } from '#lib/observability/index';
import { type FanOutDeps, positionsFor, tellMade } from './fan-out.ts';
import { insertDeliveries } from './fan-out-store.ts';
import { filterSchema } from './filter-shape.ts';
import { deliveryLimits } from './limits.ts';
import { advanceReplay, type RunningReplay, selectRunningReplays } from './replay-store.ts';
import { lockSubscription } from './take-store.ts';

/** One step of each running replay; answers how many went on. */
export async function workReplays(deps: FanOutDeps): Promise<number> {
  let moved = 0;
  for (const replay of await selectRunningReplays(deps.db, deliveryLimits.fanOutTurns)) {
    try {
      if (await takeStep(deps, replay)) moved += 1;
    } catch (error) {
      captureError(deps.log, error, 'A replay could not go on');
    }
  }
  return moved;
}

async function takeStep(deps: FanOutDeps, replay: RunningReplay): Promise<boolean> {
  const width = replay.record_id
    ? deliveryLimits.replayPositionsOfRecord
    : deliveryLimits.fanOutPositions;
  const upto = Math.min(replay.cursor + width, replay.upto_position);
  const made = await positionsFor(
    deps,
    replay.workspace_id,
    { after: replay.cursor, upto, recordId: replay.record_id },
    filterSchema.parse(replay.filter),
  );
  const of = {
    workspaceId: replay.workspace_id,
    subscriptionId: replay.subscription_id,
    replayId: replay.id,
  };
  const armed = await transaction(deps.db, async (tx) => {
    if (!(await lockSubscription(tx, { workspaceId: of.workspaceId, id: of.subscriptionId }))) {
      return null;
    }
    if (!(await advanceReplay(tx, replay, { to: upto, created: made.length }))) return null;
    const mayGo = made.length > 0 ? await insertDeliveries(tx, of, made) : 0;
    if (mayGo > 0) await wake(tx, 'deliveries');
    return mayGo;
  });
  if (armed) await tellMade(deps, of, armed);
  return armed !== null;
}
