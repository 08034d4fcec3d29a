import { type Clock, newId } from '#lib/core/index';
import { type Db, transaction, wake } from '#lib/db/index';
import { captureError, counter, type Logger } from '#lib/observability/index';
import { rollUp } from './analytics-store.ts';
import type { DeliveryBus } from './events.ts';
import {
  advanceCursor,
  type BehindRow,
  type HeldSubscription,
  insertDeliveries,
  leaseFanOut,
  lockAtCursor,
  releaseFanOut,
  selectBehind,
  selectCandidates,
  stepOver,
} from './fan-out-store.ts';
import { type Filter, filterSchema } from './filter-shape.ts';
import { deliveryLimits } from './limits.ts';
import { matchesFilter } from './matches-filter.ts';

export interface FanOutDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  bus: DeliveryBus;
}

const looked = counter('patchbay_fan_out_positions_total', 'Positions read for subscriptions', [
  'kind',
]);

/**
 * One turn for each subscription that is behind: the next stretch of the log becomes deliveries and
 * the cursor moves over it, in one transaction. Answers how many cursors moved; the caller comes back
 * as long as some do. One that fails is told and delays no other.
 */
export async function fanOut(deps: FanOutDeps): Promise<number> {
  const behind = await selectBehind(deps.db, deliveryLimits.fanOutTurns);
  let moved = 0;
  for (const row of behind) {
    try {
      if (await takeTurn(deps, row)) moved += 1;
    } catch (error) {
      captureError(deps.log, error, 'Deliveries of a subscription could not be made');
    }
  }
  return moved;
}

async function takeTurn(deps: FanOutDeps, row: BehindRow): Promise<boolean> {
  const held = await leaseFanOut(deps.db, row);
  if (!held) return false;
  if (row.cursor < row.pruned_to) {
    await stepOver(deps.db, held, row.pruned_to);
    deps.log.warn('changes went by a subscription that was paused for too long', {
      workspace_id: row.workspace_id,
      count: row.pruned_to - row.cursor,
    });
    return true;
  }
  const upto = Math.min(row.cursor + deliveryLimits.fanOutPositions, row.end_position);
  const moved =
    row.kind === 'analytics'
      ? await countStretch(deps, held, upto)
      : await makeDeliveries(deps, held, upto, filterSchema.parse(row.filter));
  if (moved) looked.inc({ kind: row.kind }, upto - row.cursor);
  else await releaseFanOut(deps.db, held);
  return moved;
}

async function makeDeliveries(
  deps: FanOutDeps,
  held: HeldSubscription,
  upto: number,
  filter: Filter,
): Promise<boolean> {
  const stretch = { after: held.cursor, upto };
  const made = await positionsFor(deps, held.workspaceId, stretch, filter);
  const of = { workspaceId: held.workspaceId, subscriptionId: held.id, replayId: null };
  const armed = await transaction(deps.db, async (tx) => {
    if (!(await lockAtCursor(tx, held))) return null;
    const mayGo = made.length > 0 ? await insertDeliveries(tx, of, made) : 0;
    if (mayGo > 0) await wake(tx, 'deliveries');
    await advanceCursor(tx, held, upto);
    return mayGo;
  });
  if (armed) await tellMade(deps, of, armed);
  return armed !== null;
}

/** This process may begin with them before the hint comes round. */
export const tellMade = (
  deps: Pick<FanOutDeps, 'bus'>,
  of: { workspaceId: string; subscriptionId: string },
  count: number,
): Promise<void> =>
  deps.bus.publish('delivery.made', {
    workspace_id: of.workspaceId,
    subscription_id: of.subscriptionId,
    count,
  });

/** The positions of a stretch that pass the filter, each with the id of its delivery. */
export async function positionsFor(
  deps: Pick<FanOutDeps, 'db' | 'clock'>,
  workspaceId: string,
  stretch: { after: number; upto: number; recordId?: string | null },
  filter: Filter,
): Promise<{ id: string; position: number }[]> {
  const candidates = await selectCandidates(deps.db, workspaceId, stretch, filter);
  return candidates
    .filter((candidate) => matchesFilter(filter, candidate))
    .map(({ position }) => ({ id: newId(deps.clock.now()), position }));
}

function countStretch(deps: FanOutDeps, held: HeldSubscription, upto: number): Promise<boolean> {
  return transaction(deps.db, async (tx) => {
    if (!(await lockAtCursor(tx, held))) return false;
    await rollUp(tx, held.workspaceId, { after: held.cursor, upto });
    await advanceCursor(tx, held, upto);
    return true;
  });
}
