import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Clock, type ErrorCode, HubError } from '#lib/core/index';
import { createBreaker, createBulkhead, repeat } from '#lib/resilience/index';

const clock: Clock = { now: () => Date.now(), random: () => 0.5 };
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const options = { attempts: 4, baseMs: 100, capMs: 1_000, clock, mayRepeat: () => true };
const fault = (code: ErrorCode = 'provider.unavailable', afterMs?: number) =>
  new HubError(code, undefined, afterMs === undefined ? {} : { retry: 'after', afterMs });

async function settle<T>(promise: Promise<T>): Promise<T> {
  const kept = promise.catch((error: unknown) => Promise.reject(error));
  kept.catch(() => undefined);
  await vi.runAllTimersAsync();
  return kept;
}

describe('repeating', () => {
  it('waits longer each time, by chance within the bound', async () => {
    const waits: number[] = [];
    let calls = 0;
    const call = repeat({ ...options, onRepeat: (_error, ms) => waits.push(ms) }, async () => {
      calls += 1;
      if (calls < 4) throw fault();
      return 'done';
    });
    expect(await settle(call)).toBe('done');
    expect(waits).toEqual([50, 100, 200]);
  });

  it('gives the last error back when the attempts are used up', async () => {
    let calls = 0;
    const call = repeat(options, async () => {
      calls += 1;
      throw fault('provider.timeout');
    });
    await expect(settle(call)).rejects.toMatchObject({ code: 'provider.timeout' });
    expect(calls).toBe(4);
  });

  it('waits as long as the service asks, and hands a long wait back', async () => {
    const waits: number[] = [];
    let calls = 0;
    const call = repeat({ ...options, onRepeat: (_error, ms) => waits.push(ms) }, async () => {
      calls += 1;
      throw fault('provider.rate_limited', calls === 1 ? 700 : 60_000);
    });
    await expect(settle(call)).rejects.toMatchObject({ afterMs: 60_000 });
    expect({ waits, calls }).toEqual({ waits: [700], calls: 2 });
  });

  it('does not repeat what may not be repeated', async () => {
    let calls = 0;
    const call = repeat({ ...options, mayRepeat: () => false }, async () => {
      calls += 1;
      throw fault();
    });
    await expect(settle(call)).rejects.toMatchObject({ code: 'provider.unavailable' });
    expect(calls).toBe(1);
  });
});

describe('a breaker', () => {
  const fail = (code: ErrorCode) => () => Promise.reject(fault(code));

  it('opens after five faults in a row, refuses without calling, and heals', async () => {
    const breaker = createBreaker();
    for (let n = 0; n < 5; n += 1) {
      await expect(breaker.run(fail('provider.timeout'))).rejects.toMatchObject({
        code: 'provider.timeout',
      });
    }
    expect(breaker.state()).toBe('open');
    const call = vi.fn<() => Promise<string>>(() => Promise.resolve('ok'));
    await expect(breaker.run(call)).rejects.toMatchObject({ details: { breaker: 'open' } });
    expect(call).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await breaker.run(call)).toBe('ok');
    expect(breaker.state()).toBe('closed');
  });

  it('does not mind refusals, which are answers', async () => {
    const breaker = createBreaker();
    for (const code of [
      'provider.refused',
      'provider.not_found',
      'provider.unauthorized',
    ] as const) {
      for (let n = 0; n < 6; n += 1) {
        await expect(breaker.run(fail(code))).rejects.toMatchObject({ code });
      }
    }
    expect(breaker.state()).toBe('closed');
  });
});

describe('a bulkhead', () => {
  it('runs some, queues some and refuses the rest', async () => {
    const bulkhead = createBulkhead(2, 1);
    const gate = Promise.withResolvers<void>();
    let running = 0;
    const call = async () => {
      running += 1;
      await gate.promise;
    };
    const calls = [1, 2, 3].map(() => bulkhead.run(call));
    await expect(bulkhead.run(call)).rejects.toMatchObject({ code: 'provider.rate_limited' });
    expect(running).toBe(2);
    gate.resolve();
    await Promise.all(calls);
    expect(running).toBe(3);
  });
});
