import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '#lib/core/index';
import {
  type BudgetStore,
  createBudget,
  type Lane,
  memoryBudget,
  type Pace,
  paceOf,
  type RateFacts,
} from '#lib/resilience/index';

const start = 1_000_000_000_000;
const clock: Clock = { now: () => Date.now(), random: () => 0.5 };
beforeEach(() => {
  vi.useFakeTimers({ now: start });
});
afterEach(() => {
  vi.useRealTimers();
});

const pace = (of: Partial<Pace> = {}): Pace => ({
  perSecond: 10,
  burst: 30,
  concurrent: 100,
  quota: null,
  ...of,
});
const facts = (of: Partial<RateFacts>): RateFacts => ({
  limit: null,
  remaining: null,
  resetInMs: null,
  retryInMs: null,
  ...of,
});
const told = (limit: number, remaining: number, resetInMs: number): RateFacts =>
  facts({ limit, remaining, resetInMs });

const budgetOf = (of: Partial<Pace> = {}, store: BudgetStore = memoryBudget(clock)) =>
  createBudget({ store, clock, pace: pace(of) });
type Budget = ReturnType<typeof budgetOf>;

/** Makes one call that says `facts` and ends at once. */
const call = async (budget: Budget, lane: Lane = 'edit', said?: RateFacts): Promise<void> => {
  const ticket = await budget.take(lane);
  ticket.end(said ? { facts: said } : {});
};
const passed = async <T>(promise: Promise<T>, ms = 100): Promise<T> => {
  promise.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(ms);
  return promise;
};

describe('a budget', () => {
  it('lets a burst through and keeps to its pace afterwards', async () => {
    const budget = budgetOf({ burst: 3 });
    const times: number[] = [];
    const all = Array.from({ length: 6 }, async () => {
      await call(budget);
      times.push(Math.round((clock.now() - start) / 100) * 100);
    });
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(times).toEqual([0, 0, 0, 100, 200, 300]);
  });

  it('serves an edit before everything that came first', async () => {
    const budget = budgetOf({ burst: 1 });
    const served: Lane[] = [];
    const take = (lane: Lane) => call(budget, lane).then(() => served.push(lane));
    const all = (['poll', 'backfill', 'poll', 'refetch', 'edit'] as const).map(take);
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(served).toEqual(['edit', 'refetch', 'poll', 'poll', 'backfill']);
  });

  it('keeps a second of edits in hand while a backfill takes all it gets, in another worker too', async () => {
    const store = memoryBudget(clock);
    const [one, two] = [budgetOf({}, store), budgetOf({}, store)];
    const stop = new AbortController();
    let read = 0;
    const backfill = async (): Promise<void> => {
      for (;;) {
        const ticket = await one.take('backfill', stop.signal);
        read += 1;
        ticket.end();
      }
    };
    const hungry = Promise.allSettled(Array.from({ length: 6 }, backfill));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(read).toBeGreaterThan(250);
    const from = clock.now();
    const edits = Promise.all(Array.from({ length: 10 }, () => call(two)));
    await vi.advanceTimersToNextTimerAsync();
    await vi.advanceTimersByTimeAsync(5);
    await edits;
    expect(clock.now() - from).toBeLessThan(1_000);
    stop.abort();
    await hungry;
  });

  it('leaves the rest of a quota to edits, and says when to come back', async () => {
    const budget = budgetOf();
    await passed(call(budget, 'edit', told(5_000, 300, 600_000)));
    await vi.advanceTimersByTimeAsync(300);
    const refused = passed(budget.take('backfill'), 1_000);
    await expect(refused).rejects.toMatchObject({
      code: 'provider.rate_limited',
      retry: 'after',
      details: { sent: false },
    });
    const error = await refused.catch((thrown: { afterMs: number }) => thrown.afterMs);
    expect(error).toBeGreaterThan(595_000);
    await passed(call(budget, 'poll'));
    await passed(call(budget, 'edit'));
  });

  it('is silent until the service wants to hear again, in every worker', async () => {
    const store = memoryBudget(clock);
    const [one, two] = [budgetOf({}, store), budgetOf({}, store)];
    await passed(call(one, 'edit', facts({ retryInMs: 2_000 })), 10);
    let isServed = false;
    const taken = call(two).then(() => {
      isServed = true;
    });
    await vi.advanceTimersByTimeAsync(1_900);
    expect(isServed).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    await taken;
    // A worker has a few calls in hand, for a second at most.
    await passed(call(one, 'edit', facts({ retryInMs: 3_600_000 })), 1_100);
    await expect(passed(two.take('edit'))).rejects.toMatchObject({ retry: 'after' });
  });

  it('believes the lower of two counts that overtook each other, and a new window anew', async () => {
    const store = memoryBudget(clock);
    const budget = budgetOf({}, store);
    const tell = async (said: RateFacts) => {
      await passed(call(budget, 'edit', said), 10);
      await vi.advanceTimersByTimeAsync(300);
    };
    const remaining = () => store.book().state?.quota?.remaining;
    await tell(told(60, 10, 60_000));
    await vi.advanceTimersByTimeAsync(2_000);
    const low = remaining();
    await tell(told(60, 40, 57_700));
    expect(remaining()).toBeLessThanOrEqual(low ?? 0);
    await tell(told(60, 59, 118_000));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(remaining()).toBe(59);
  });

  it('closes also while the store cannot be asked', async () => {
    const down = Promise.withResolvers<never>();
    const budget = budgetOf({}, { turn: () => down.promise });
    const waiting = budget.take('edit');
    await vi.advanceTimersByTimeAsync(10);
    const closed = budget.close();
    down.reject(new Error('The store is down'));
    await expect(closed).resolves.toBeUndefined();
    await expect(waiting).rejects.toMatchObject({ code: 'internal.unavailable' });
  });

  it('a clock that is set back by a day stops nobody for a day', async () => {
    const store = memoryBudget(clock);
    const [one, two] = [budgetOf({ burst: 2, concurrent: 2 }, store), budgetOf({}, store)];
    const held = await passed(one.take('edit'), 10);
    await passed(call(one, 'edit', told(60, 0, 1_000)), 10);
    vi.setSystemTime(clock.now() - 86_400_000);
    await passed(call(two), 3_000);
    held.end();
    await passed(call(two), 3_000);
    expect(store.book().state?.filledAtMs).toBeLessThanOrEqual(clock.now());
  });

  it('takes back what the service did not count', async () => {
    const store = memoryBudget(clock);
    const budget = budgetOf({}, store);
    await passed(call(budget, 'edit', told(60, 50, 60_000)), 10);
    await vi.advanceTimersByTimeAsync(2_000);
    const before = store.book().state?.quota?.remaining;
    const ticket = await passed(budget.take('edit'), 10);
    ticket.end({ facts: told(60, 50, 58_000), isUncounted: true });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(store.book().state?.quota?.remaining).toBe(before);
  });

  it('forgets a caller who gave up, and gives back what nobody uses', async () => {
    const store = memoryBudget(clock);
    const budget = budgetOf({ perSecond: 0.001, burst: 1 }, store);
    const only = await passed(budget.take('edit'), 10);
    const controller = new AbortController();
    const gone = budget.take('edit', controller.signal);
    controller.abort(new Error('gave up'));
    await expect(gone).rejects.toThrow('gave up');
    only.giveBack();
    only.end();
    await vi.advanceTimersByTimeAsync(500);
    expect(store.book().shares[0]).toMatchObject({ held: 0 });
    expect(store.book().state?.tokens).toBe(1);
  });

  it('keeps at most as many under way as the service takes, over all workers', async () => {
    const store = memoryBudget(clock);
    const workers = [budgetOf({ concurrent: 4 }, store), budgetOf({ concurrent: 4 }, store)];
    let underWay = 0;
    let most = 0;
    const work = async (budget: Budget): Promise<void> => {
      const ticket = await budget.take('edit');
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 300));
      underWay -= 1;
      ticket.end();
    };
    const all = Promise.all(Array.from({ length: 16 }, (_, n) => work(workers[n % 2] as Budget)));
    await vi.advanceTimersByTimeAsync(8_000);
    await all;
    expect(most).toBe(4);
  });

  it('fails its callers when the store cannot be asked, and tells later what it owes', async () => {
    const store = memoryBudget(clock);
    let isDown = false;
    const flaky: BudgetStore = {
      turn: (turn) => (isDown ? Promise.reject(new Error('away')) : store.turn(turn)),
    };
    const budget = budgetOf({}, flaky);
    const ticket = await passed(budget.take('edit'), 10);
    isDown = true;
    ticket.end();
    await vi.advanceTimersByTimeAsync(1_100);
    await expect(passed(budget.take('edit'))).rejects.toThrow('away');
    isDown = false;
    await passed(call(budget));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(store.book().shares[0]?.held).toBe(0);
  });
});

describe('the pace of a service', () => {
  it.each([
    { requests: 1, perMs: 1_000 },
    { requests: 2, perMs: 1_000 },
    { requests: 10, perMs: 60_000 },
    { requests: 100, perMs: 1_000 },
    { requests: 5_000, perMs: 3_600_000 },
  ])('never adds up to more than it allows: $requests in $perMs ms', ({ requests, perMs }) => {
    const { burst, perSecond } = paceOf({ requests, perMs, concurrent: 10, headers: null });
    expect(burst).toBeGreaterThanOrEqual(1);
    // One token a window stands for the next window: between two of them lies a whole one.
    expect(burst + (perSecond * perMs) / 1_000).toBeLessThanOrEqual(Math.max(requests, 2));
  });
});
