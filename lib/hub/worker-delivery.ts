import type { Clock } from '#lib/core/index';
import type { Db, WorkName } from '#lib/db/index';
import {
  countAttempts,
  type DeliverDeps,
  fanOut,
  retain,
  startDelivering,
  workReplays,
} from '#lib/delivery/index';
import type { Logger } from '#lib/observability/index';
import type { Sweep } from '#lib/queue/index';
import type { WorkerBus } from './worker-events.ts';

/** A burst of changes is handed on together, and pages that show them go first. */
const settleMs = { fanOut: 150, replays: 1_000 } as const;
/** How often each is looked at when nobody said that there is something. */
const everyMs = { fanOut: 1_000, replays: 1_000, deliver: 250, retain: 60_000 } as const;
/** Steps of one look, so that a sweep ends and can be stopped. */
const stepsMax = 50;

export interface DeliveryWork {
  sweeps: Sweep[];
  stop(options: { drainMs: number }): Promise<void>;
}

export interface DeliveryOptions
  extends Pick<DeliverDeps, 'senders' | 'judgeFailing' | 'onDisabled'> {
  db: Db;
  clock: Clock;
  log: Logger;
  bus: WorkerBus;
  changeDays: number;
  poke: (work: WorkName) => void;
}

/**
 * From the change log to deliveries and from deliveries to destinations. No jobs are made: a delivery
 * is due by its own row, and is taken with a lease.
 */
export function deliveryWork(options: DeliveryOptions): DeliveryWork {
  const { poke, bus, changeDays, ...deps } = options;
  const delivering = startDelivering({ ...deps, bus, onFree: () => poke('deliveries') });
  countAttempts(bus);
  bus.subscribe('delivery.made', () => poke('deliveries'));
  const inSteps = (step: () => Promise<number>, more?: WorkName) => async (): Promise<number> => {
    for (let n = 0; n < stepsMax; n += 1) if ((await step()) === 0) return 0;
    if (more) poke(more);
    return 0;
  };
  return {
    sweeps: [
      {
        work: 'changes',
        everyMs: everyMs.fanOut,
        settleMs: settleMs.fanOut,
        run: inSteps(() => fanOut({ ...deps, bus }), 'changes'),
      },
      {
        work: 'changes',
        name: 'delivery replays',
        everyMs: everyMs.replays,
        settleMs: settleMs.replays,
        run: inSteps(() => workReplays({ ...deps, bus }), 'changes'),
      },
      { work: 'deliveries', everyMs: everyMs.deliver, run: inSteps(() => delivering.sweep()) },
      {
        work: null,
        name: 'delivery retention',
        everyMs: everyMs.retain,
        run: inSteps(() => retain({ ...deps, changeDays })),
      },
    ],
    stop: (drain) => delivering.stop(drain),
  };
}
