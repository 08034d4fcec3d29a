import { isUnavailable } from '#lib/db/index';
import { captureError, type Logger } from '#lib/observability/index';
import type { DeliveryBus } from './events.ts';
import { deliveryLimits } from './limits.ts';
import type { Destination, Sender, SendOutcome } from './sender.ts';
import { type SettleDeps, settleAttempt } from './settle-attempt.ts';
import { Slots } from './slots.ts';
import { selectServable } from './take-store.ts';
import { type Taken, type Turn, takeTurn } from './take-turn.ts';

export interface DeliverDeps extends SettleDeps {
  log: Logger;
  senders: readonly Sender[];
  bus: DeliveryBus;
  /** Called when a place has become free, so that the next look is at once. */
  onFree?: () => void;
}

export interface Delivering {
  /** Takes what is due as far as there is room, and lets it go; answers how many left. */
  sweep(): Promise<number>;
  /** How many are on their way. */
  inFlight(): number;
  /** Waits for what is on its way, at most so long; then it is broken off and due again at once. */
  stop(options: { drainMs: number }): Promise<void>;
}

/** Rounds of one look; in each every subscription with something due gets one turn. */
const roundsMax = 20;

/** The worker's side of delivering: takes turns over what is due, and sends outside of transactions. */
export function startDelivering(deps: DeliverDeps): Delivering {
  const slots = new Slots();
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  const kinds = deps.senders.map(({ kind }) => kind);

  const launch = ({ destination, taken }: Turn, isFailing: boolean): void => {
    for (const one of taken) {
      const free = slots.take({ workspaceId: destination.workspaceId, isFailing });
      const flight = sendOne(deps, destination, one, stopping.signal)
        .catch((error: unknown) => {
          // Its lease ends, and it is sent again under the same id.
          if (!isUnavailable(error)) captureError(deps.log, error, 'An attempt was not noted');
        })
        .finally(() => {
          free();
          underWay.delete(flight);
          deps.onFree?.();
        });
      underWay.add(flight);
    }
  };

  const round = async (): Promise<number> => {
    let left = 0;
    for (const row of await selectServable(deps.db, { kinds, rows: slots.free() })) {
      const isFailing = row.is_failing;
      const room = slots.room({ workspaceId: row.workspace_id, isFailing });
      if (room === 0 || stopping.signal.aborted) continue;
      const turn = await takeTurn(deps.db, row, room);
      if (!turn) continue;
      launch(turn, isFailing);
      left += turn.taken.length;
    }
    return left;
  };

  return {
    inFlight: () => underWay.size,
    sweep: async () => {
      let left = 0;
      for (let n = 0; n < roundsMax && slots.free() > 0 && !stopping.signal.aborted; n += 1) {
        const more = await round();
        if (more === 0) break;
        left += more;
      }
      return left;
    },
    stop: async ({ drainMs }) => {
      const timer = setTimeout(() => stopping.abort(new Error('The worker stops')), drainMs);
      await Promise.all(underWay);
      clearTimeout(timer);
      stopping.abort(new Error('The worker stops'));
    },
  };
}

async function sendOne(
  deps: DeliverDeps,
  destination: Destination,
  taken: Taken,
  stopping: AbortSignal,
): Promise<void> {
  const startedMs = deps.clock.now();
  const outcome = await outcomeOf(deps, destination, taken, stopping);
  const ms = Math.max(0, deps.clock.now() - startedMs);
  const time = { at: new Date(startedMs).toISOString(), ms };
  const result = await settleAttempt(deps, { destination, taken }, outcome, time);
  const { workspaceId, subscriptionId, id } = taken.held;
  await deps.bus.publish('delivery.attempted', {
    workspace_id: workspaceId,
    subscription_id: subscriptionId,
    delivery_id: id,
    kind: destination.kind,
    outcome: result,
    attempt: taken.attempts,
    is_replay: taken.delivery?.replayId !== null,
    ms,
    age_ms: Math.max(0, deps.clock.now() - Date.parse(taken.createdAt)),
  });
}

async function outcomeOf(
  deps: DeliverDeps,
  destination: Destination,
  { delivery }: Taken,
  stopping: AbortSignal,
): Promise<SendOutcome> {
  if (!delivery) {
    return {
      type: 'refused',
      code: 'delivery.change_gone',
      reason: 'The log does not hold this change any more.',
    };
  }
  const sender = deps.senders.find(({ kind }) => kind === destination.kind);
  if (!sender) return { type: 'refused', code: 'delivery.no_sender', reason: 'Nobody sends this.' };
  const late = AbortSignal.timeout(deliveryLimits.sendMs);
  try {
    return await sender.send(delivery, destination, AbortSignal.any([stopping, late]));
  } catch (error) {
    if (stopping.aborted) {
      const reason = 'The worker stopped before it heard what came of it.';
      return { type: 'retry', atOnce: true, code: 'delivery.stopped', reason };
    }
    if (late.aborted) {
      const reason = 'The destination did not answer in time.';
      return { type: 'retry', code: 'delivery.timeout', reason };
    }
    captureError(deps.log, error, 'A sender met a fault');
    return { type: 'retry', code: 'internal.unexpected', reason: 'Something broke on our side.' };
  }
}
