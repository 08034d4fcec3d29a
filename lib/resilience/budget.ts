import { type Clock, HubError } from '#lib/core/index';
import { type Lane, laneRank, laneWaitMs } from './lane.ts';
import type { RateFacts } from './rate-headers.ts';
import { type BucketState, fullBucket, learnRate, type Pace, takeToken } from './token-bucket.ts';

/**
 * The port: how much may be asked of one account, in which order. This implementation is for one
 * worker; several that share an account put the BucketState into a row behind the same interface.
 */
export interface Budget {
  /** Resolves when the caller may make one call; the urgent lanes go first. */
  take(lane: Lane, signal?: AbortSignal): Promise<void>;
  learn(facts: RateFacts): void;
  state(): Readonly<BucketState> & { waiting: number };
}

/** Ten calls a second, and thirty at once: below what GitHub calls abuse, above what a page needs. */
export const defaultPace: Pace = { perSecond: 10, burst: 30 };
const maxWaiting = 1_000;

interface Waiter {
  lane: Lane;
  deadlineMs: number;
  resolve(): void;
  reject(error: unknown): void;
}

export function createBudget(clock: Clock, pace: Pace = defaultPace): Budget {
  const bucket = fullBucket(pace, clock.now());
  let waiters: Waiter[] = [];
  let timer: NodeJS.Timeout | undefined;

  /** Serves who may go, tells those who would wait too long, sleeps until the next may go. */
  const serve = (): void => {
    clearTimeout(timer);
    timer = undefined;
    // A stable sort: within a lane first come, first served.
    waiters.sort((a, b) => laneRank(a.lane) - laneRank(b.lane));
    const left: Waiter[] = [];
    let soonest = Number.POSITIVE_INFINITY;
    for (const waiter of waiters) {
      const decision = takeToken(bucket, pace, waiter.lane, clock.now());
      if (decision.taken) waiter.resolve();
      else if (clock.now() + decision.waitMs > waiter.deadlineMs) {
        waiter.reject(askedToWait(decision.waitMs));
      } else {
        left.push(waiter);
        soonest = Math.min(soonest, decision.waitMs);
      }
    }
    waiters = left;
    if (left.length > 0) timer = setTimeout(serve, Math.max(soonest, 5));
  };

  return {
    take: (lane, signal) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        if (waiters.length >= maxWaiting) return reject(askedToWait(1_000));
        const deadlineMs = clock.now() + laneWaitMs[lane];
        const waiter: Waiter = { lane, deadlineMs, resolve, reject };
        waiters.push(waiter);
        signal?.addEventListener(
          'abort',
          () => {
            waiters = waiters.filter((other) => other !== waiter);
            reject(signal.reason);
          },
          { once: true },
        );
        serve();
      }),
    learn: (facts) => learnRate(bucket, facts, clock.now()),
    state: () => ({ ...bucket, waiting: waiters.length }),
  };
}

const askedToWait = (afterMs: number): HubError =>
  new HubError('provider.rate_limited', 'The quota of this account is used up for now.', {
    retry: 'after',
    afterMs,
    details: { sent: false },
  });
