import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Clock, type ErrorCode, HubError } from '#lib/core/index';
import { type BreakerState, createBreaker, isResting, memoryBreaker } from '#lib/resilience/index';

const fault = (code: ErrorCode) => new HubError(code, 'secret said so', { retry: 'later' });
const fail = (code: ErrorCode) => () => Promise.reject(fault(code));
const succeed = () => Promise.resolve('ok');

/** Two workers at one store, under one clock that only the test moves. */
function twoWorkers() {
  let nowMs = 1_000_000;
  const clock: Clock = { now: () => nowMs, random: () => 0.5 };
  const store = memoryBreaker(clock);
  const told: string[] = [];
  const make = () =>
    createBreaker({
      store,
      clock,
      clean: (text) => text.replace('secret', '…'),
      onChange: (before, after) => {
        told.push(`${before.state} → ${after.state}`);
        return Promise.resolve();
      },
    });
  const state = async (): Promise<BreakerState> => (await store.read()).breaker;
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { one: make(), two: make(), state, pass, told };
}

async function opened() {
  const world = twoWorkers();
  for (let n = 0; n < 5; n += 1) {
    const worker = n % 2 === 0 ? world.one : world.two;
    await expect(worker.run(fail('provider.timeout'))).rejects.toMatchObject({
      code: 'provider.timeout',
    });
    world.pass(250);
  }
  return world;
}

describe('a breaker shared by two workers', () => {
  it('is tried again although the clock was set back by a day', async () => {
    const { two, pass } = await opened();
    pass(-86_400_000);
    expect(await two.run(succeed)).toBe('ok');
  });

  it('opens after five faults of both, and refuses in both without calling', async () => {
    const { one, two, state, told } = await opened();
    const call = vi.fn<() => Promise<string>>(succeed);
    for (const worker of [one, two]) {
      await expect(worker.run(call)).rejects.toMatchObject({
        code: 'provider.unavailable',
        retry: 'after',
        details: { sent: false, breaker: 'open' },
      });
      expect(() => worker.check()).toThrow(HubError);
    }
    expect(call).not.toHaveBeenCalled();
    expect(await state()).toMatchObject({
      state: 'open',
      cause: { code: 'provider.timeout', message: '… said so' },
    });
    expect(told).toEqual(['closed → open']);
  });

  it('lets one of them try, and closes for both when that works', async () => {
    const { one, two, pass, state, told } = await opened();
    pass(2_000);
    const gate = Promise.withResolvers<string>();
    const probe = one.run(() => gate.promise);
    await vi.waitFor(async () => expect((await state()).state).toBe('half_open'));
    const refused: unknown = await two.run(succeed).catch((error: unknown) => error);
    expect(refused).toSatisfy(isResting);
    gate.resolve('ok');
    expect(await probe).toBe('ok');
    expect(await two.run(succeed)).toBe('ok');
    expect(await state()).toMatchObject({ state: 'closed', faults: 0, opens: 0, openedAtMs: null });
    expect(told).toEqual(['closed → open', 'open → half_open', 'half_open → closed']);
  });

  it('rests longer each time a try fails, and says since when it has not worked', async () => {
    const { one, two, pass, state } = await opened();
    const since = (await state()).openedAtMs;
    const rests: number[] = [];
    for (let n = 0; n < 7; n += 1) {
      pass(60_000);
      const worker = n % 2 === 0 ? two : one;
      await expect(worker.run(fail('provider.unreachable'))).rejects.toThrow('secret');
      const now = await state();
      rests.push((now.retryAtMs ?? 0) - (now.openedAtMs ?? 0) - (n + 1) * 60_000 - 0);
      expect(now.openedAtMs).toBe(since);
    }
    expect(rests.map((rest) => Math.round(rest / 1_000))).toEqual([4, 8, 16, 32, 60, 60, 60]);
  });

  it('is followed by another try when the one who tried has died or given up', async () => {
    const { one, two, pass, state } = await opened();
    pass(2_000);
    void one.run(() => new Promise(() => undefined));
    await vi.waitFor(async () => expect((await state()).state).toBe('half_open'));
    pass(20_001);
    await expect(two.run(() => Promise.reject(new Error('aborted')))).rejects.toThrow('aborted');
    expect((await state()).state).toBe('open');
    expect(await two.run(succeed)).toBe('ok');
    expect((await state()).state).toBe('closed');
  });

  it('does not mind refusals, which are answers', async () => {
    const { one, state } = twoWorkers();
    for (const code of [
      'provider.refused',
      'provider.not_found',
      'provider.unauthorized',
    ] as const) {
      for (let n = 0; n < 6; n += 1) {
        await expect(one.run(fail(code))).rejects.toMatchObject({ code });
      }
    }
    expect((await state()).state).toBe('closed');
  });

  it('is not moved by a slow answer to a call of before', async () => {
    const { one, two, pass, state } = twoWorkers();
    const gate = Promise.withResolvers<string>();
    const slow = one.run(() => gate.promise);
    await Promise.resolve();
    for (let n = 0; n < 5; n += 1) {
      await expect(two.run(fail('provider.timeout'))).rejects.toThrow('secret');
      pass(250);
    }
    gate.resolve('late');
    expect(await slow).toBe('late');
    expect((await state()).state).toBe('open');
  });

  it('never lets two try at once, whatever happens', async () => {
    const step = fc.record({
      who: fc.constantFrom('one' as const, 'two' as const),
      end: fc.constantFrom('ok' as const, 'fault' as const, 'hang' as const),
      ms: fc.integer({ min: 0, max: 15_000 }),
    });
    const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const world = await opened();
      let now = 0;
      /** When the last try that hangs was begun; null while none does. */
      let hangingSince: number | null = null;
      for (const { who, end, ms } of steps) {
        const isHeld = hangingSince !== null && now < hangingSince + 20_000;
        let isCalled = false;
        const call = (): Promise<string> => {
          isCalled = true;
          if (end === 'hang') return new Promise(() => undefined);
          return end === 'ok' ? succeed() : fail('provider.timeout')();
        };
        const wasClosed = (await world.state()).state === 'closed';
        world[who].run(call).catch(() => undefined);
        await new Promise((resolve) => setImmediate(resolve));
        if (isHeld && isCalled) return false;
        if (isCalled && !wasClosed) hangingSince = end === 'hang' ? now : null;
        now += ms;
        world.pass(ms);
      }
      return true;
    });
    expect(await fc.check(property, { numRuns: 60 })).toMatchObject({ failed: false });
  });
});
