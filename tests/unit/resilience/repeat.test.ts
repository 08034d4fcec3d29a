import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Clock, type ErrorCode, HubError } from '#lib/core/index';
import { repeat } from '#lib/resilience/index';

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
