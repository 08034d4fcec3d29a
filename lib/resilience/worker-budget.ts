import { type Clock, HubError, newId } from '#lib/core/index';
import type { Budget, BudgetOptions, Ticket } from './budget.ts';
import type { Grant, Report } from './budget-book.ts';
import type { BudgetStore } from './budget-memory.ts';
import { addNews, aged, noNews } from './budget-news.ts';
import { type ByLane, byLane, type Lane, laneRank, laneWaitMs } from './lane.ts';
import type { Pace } from './pace.ts';
import type { RateFacts } from './rate-headers.ts';

const maxWaiting = 1_000;
/** Calls in hand beyond those asked for, and how long they are kept. */
const aheadCalls = 4;
const aheadMs = 1_000;
/** What ended is told within this time when nobody waits for it. */
const tellMs = 200;
/** While calls are under way the share is renewed; a third of its lease. */
const renewMs = 6_500;
const longestSleepMs = 1_000;

interface Waiter {
  lane: Lane;
  deadlineMs: number;
  /** Part of a question already. */
  isAsked: boolean;
  resolve(ticket: Ticket): void;
  reject(error: unknown): void;
}

/** One worker's part of a budget: it asks the store in batches, one question at a time. */
export const createBudget = (options: BudgetOptions): Budget => new WorkerBudget(options);

class WorkerBudget implements Budget {
  readonly #store: BudgetStore;
  readonly #pace: Pace;
  readonly #clock: Clock;
  readonly #id = newId();
  #epoch = 0;
  /** Calls of all workers that ended, as last heard. */
  #ended = 0;
  #waiters: Waiter[] = [];
  #ahead = { count: 0, untilMs: 0 };
  #underWay = 0;
  #untold = noNews();
  #asking: Promise<void> | null = null;
  /** Until the first who waits may go, as the store last said. */
  #sleepMs = 0;
  #timer: { handle: NodeJS.Timeout; atMs: number } | null = null;

  constructor({ store, pace, clock }: BudgetOptions) {
    this.#store = store;
    this.#pace = pace;
    this.#clock = clock;
  }

  take(lane: Lane, signal?: AbortSignal): Promise<Ticket> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#waiters.length >= maxWaiting) return reject(askedToWait(1_000));
      if (this.#waiters.length === 0 && this.#takeAhead()) return resolve(this.#ticket());
      const deadlineMs = this.#clock.now() + laneWaitMs[lane];
      const leave = (): void => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        lane,
        deadlineMs,
        isAsked: false,
        resolve: (ticket) => {
          signal?.removeEventListener('abort', leave);
          resolve(ticket);
        },
        reject: (error) => {
          signal?.removeEventListener('abort', leave);
          reject(error);
        },
      };
      this.#waiters.push(waiter);
      signal?.addEventListener('abort', leave, { once: true });
      this.#askIn(0);
    });
  }

  save(calls: number): void {
    this.#untold.saved += calls;
    this.#askIn(tellMs);
  }

  async close(): Promise<void> {
    this.#ahead.untilMs = 0;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(stopped());
    await this.#asking?.catch(() => undefined);
    if (this.#hasNews()) await this.#ask().catch(() => undefined);
    clearTimeout(this.#timer?.handle);
    this.#timer = null;
  }

  #takeAhead(): boolean {
    if (this.#ahead.count === 0 || this.#clock.now() >= this.#ahead.untilMs) return false;
    this.#ahead.count -= 1;
    return true;
  }

  #ticket(): Ticket {
    const epoch = this.#epoch;
    const endedBefore = this.#ended;
    let isOpen = true;
    this.#underWay += 1;
    const close = (tell: () => void): void => {
      if (!isOpen) return;
      isOpen = false;
      this.#underWay -= 1;
      // Of a share that ran out meanwhile nothing is told: it is counted as used up.
      if (epoch === this.#epoch) tell();
      this.#askIn(this.#waiters.length > 0 ? 0 : tellMs);
    };
    return {
      end: ({ facts, isUncounted } = {}) => {
        close(() => {
          this.#untold.ended += 1;
          if (isUncounted) this.#untold.uncounted += 1;
        });
        if (!facts) return;
        this.#untold.facts.push({ facts: { ...facts, endedBefore }, atMs: this.#clock.now() });
        if (!isPlenty(facts)) this.#ahead.untilMs = 0;
        if (facts.retryInMs !== null) this.#askIn(0);
      },
      giveBack: () => {
        close(() => {
          this.#untold.unused += 1;
        });
      },
    };
  }

  #hasNews(): boolean {
    const { ended, unused, saved, facts } = this.#untold;
    return ended + unused + saved + facts.length + this.#ahead.count > 0;
  }

  /** Asks after that time, or earlier if that was planned already. */
  #askIn(ms: number): void {
    const atMs = this.#clock.now() + ms;
    // Whoever asks now plans the next time itself.
    if (this.#asking) return;
    if (this.#timer && this.#timer.atMs <= atMs) return;
    clearTimeout(this.#timer?.handle);
    const handle = setTimeout(() => {
      this.#timer = null;
      this.#ask().catch(() => undefined);
    }, ms);
    if (this.#waiters.length === 0) handle.unref();
    this.#timer = { handle, atMs };
  }

  async #ask(): Promise<void> {
    if (this.#asking) return this.#asking;
    const asking = this.#exchange().finally(() => {
      this.#asking = null;
      this.#planNext();
    });
    this.#asking = asking;
    return asking;
  }

  async #exchange(): Promise<void> {
    const nowMs = this.#clock.now();
    if (this.#ahead.untilMs <= nowMs) {
      this.#untold.unused += this.#ahead.count;
      this.#ahead.count = 0;
    }
    const told = this.#untold;
    this.#untold = noNews();
    const waiting = byLane((lane) => this.#waiters.filter((one) => one.lane === lane).length);
    const isAsking = this.#waiters.length > 0;
    for (const waiter of this.#waiters) waiter.isAsked = true;
    const report: Report = {
      ...told,
      facts: told.facts.map((heard) => aged(heard, nowMs)),
      waiting,
      ahead: isAsking ? Math.max(0, aheadCalls - this.#ahead.count) : 0,
    };
    try {
      const holder = { id: this.#id, epoch: this.#epoch };
      const turn = { holder, pace: this.#pace, report, saved: told.saved };
      const { grant, epoch, ended } = await this.#store.turn(turn);
      if (epoch !== this.#epoch) this.#ahead.count = 0;
      this.#epoch = epoch;
      this.#ended = ended;
      this.#serve(grant);
    } catch (error) {
      // Nobody calls uncounted. What was to be told is told the next time.
      this.#untold = addNews(told, this.#untold);
      const waiters = this.#waiters;
      this.#waiters = [];
      for (const waiter of waiters) waiter.reject(error);
      throw error;
    }
  }

  /** Within a lane first come, first served; what nobody wants any more is given back. */
  #serve({ granted, ahead, waitMs }: Grant): void {
    const nowMs = this.#clock.now();
    const left: Waiter[] = [];
    const rest: ByLane<number> = { ...granted };
    for (const waiter of this.#waiters.toSorted((a, b) => laneRank(a.lane) - laneRank(b.lane))) {
      if (rest[waiter.lane] > 0) {
        rest[waiter.lane] -= 1;
        waiter.resolve(this.#ticket());
      } else if (waitMs[waiter.lane] > 0 && nowMs + waitMs[waiter.lane] > waiter.deadlineMs) {
        waiter.reject(askedToWait(waitMs[waiter.lane]));
      } else left.push(waiter);
    }
    this.#waiters = left;
    this.#untold.unused += rest.edit + rest.refetch + rest.poll + rest.backfill;
    if (ahead > 0) this.#ahead = { count: this.#ahead.count + ahead, untilMs: nowMs + aheadMs };
    const [first] = left;
    this.#sleepMs = first ? Math.min(Math.max(waitMs[first.lane], 1), longestSleepMs) : 0;
  }

  #planNext(): void {
    const ms = this.#nextInMs();
    if (ms !== null) this.#askIn(ms);
  }

  #nextInMs(): number | null {
    const { ended, unused, facts } = this.#untold;
    if (this.#waiters.length > 0) {
      const isNews = ended + unused > 0 || this.#waiters.some((one) => !one.isAsked);
      return isNews ? 0 : this.#sleepMs;
    }
    if (facts.some((heard) => heard.facts.retryInMs !== null)) return 0;
    if (ended + unused + facts.length > 0) return tellMs;
    if (this.#ahead.count > 0) return aheadMs;
    return this.#underWay > 0 ? renewMs : null;
  }
}

/** Whether a stock in hand is still harmless after this answer. */
const isPlenty = ({ limit, remaining, retryInMs }: RateFacts): boolean =>
  retryInMs === null && (limit === null || remaining === null || remaining > limit / 2);

const stopped = (): HubError =>
  new HubError('internal.unavailable', 'The worker stops.', { retry: 'later' });

const askedToWait = (afterMs: number): HubError =>
  new HubError('provider.rate_limited', 'The quota of this account is used up for now.', {
    retry: 'after',
    afterMs,
    details: { sent: false },
  });
