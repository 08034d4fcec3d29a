import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '#lib/core/index';
import { createBudget, type Lane, readRateHeaders } from '#lib/resilience/index';

const clock: Clock = { now: () => Date.now(), random: () => 0.5 };
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const headers = (values: Record<string, string>) =>
  readRateHeaders(new Headers(values), clock.now());
const inSeconds = (seconds: number) => String(Math.floor(clock.now() / 1000) + seconds);

describe('a budget', () => {
  it('lets a burst through and keeps to its pace afterwards', async () => {
    const budget = createBudget(clock, { perSecond: 10, burst: 3 });
    const times: number[] = [];
    const all = Array.from({ length: 6 }, async () => {
      await budget.take('edit');
      times.push(clock.now() - 1_000_000_000_000);
    });
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(times).toEqual([0, 0, 0, 100, 200, 300]);
  });

  it('serves an edit before a backfill that came first', async () => {
    const budget = createBudget(clock, { perSecond: 10, burst: 1 });
    const served: Lane[] = [];
    const take = (lane: Lane) => budget.take(lane).then(() => served.push(lane));
    const all = (['poll', 'backfill', 'poll', 'refetch', 'edit'] as const).map(take);
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(served).toEqual(['poll', 'edit', 'refetch', 'poll', 'backfill']);
  });

  it('leaves the rest of a quota to edits, and says when to come back', async () => {
    const budget = createBudget(clock);
    budget.learn(
      headers({
        'x-ratelimit-limit': '5000',
        'x-ratelimit-remaining': '300',
        'x-ratelimit-reset': inSeconds(600),
      }),
    );
    await expect(budget.take('backfill')).rejects.toMatchObject({
      code: 'provider.rate_limited',
      retry: 'after',
      afterMs: 600_000,
    });
    await budget.take('poll');
    await budget.take('edit');
    expect(budget.state().quota?.remaining).toBe(298);
  });

  it('is silent until the service wants to hear again', async () => {
    const budget = createBudget(clock);
    budget.learn(headers({ 'retry-after': '2' }));
    let isServed = false;
    const taken = budget.take('edit').then(() => {
      isServed = true;
    });
    await vi.advanceTimersByTimeAsync(1_900);
    expect(isServed).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    await taken;
    budget.learn(headers({ 'retry-after': '3600' }));
    await expect(budget.take('edit')).rejects.toMatchObject({ afterMs: 3_600_000 });
  });

  it('believes the lower of two counts that overtook each other, and a new window anew', () => {
    const budget = createBudget(clock);
    const say = (remaining: string, reset: string) =>
      budget.learn(
        headers({
          'x-ratelimit-limit': '60',
          'x-ratelimit-remaining': remaining,
          'x-ratelimit-reset': reset,
        }),
      );
    say('10', inSeconds(60));
    say('12', inSeconds(60));
    expect(budget.state().quota?.remaining).toBe(10);
    say('60', inSeconds(120));
    expect(budget.state().quota?.remaining).toBe(60);
  });

  it('forgets a caller who gave up', async () => {
    const budget = createBudget(clock, { perSecond: 1, burst: 1 });
    await budget.take('edit');
    const controller = new AbortController();
    const gone = budget.take('edit', controller.signal);
    controller.abort(new Error('gave up'));
    await expect(gone).rejects.toThrow('gave up');
    expect(budget.state().waiting).toBe(0);
  });
});

describe('what headers say', () => {
  it.each([
    [{ 'retry-after': '120' }, 120_000],
    [{ 'retry-after': new Date(1_000_000_030_000).toUTCString() }, 30_000],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '-5' }, null],
    [{ 'retry-after': '99999999999' }, 86_400_000],
  ])('%j', (values, wait) => {
    const { retryAtMs } = headers(values);
    expect(retryAtMs === null ? null : retryAtMs - clock.now()).toBe(wait);
  });
});
