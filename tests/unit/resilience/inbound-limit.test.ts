import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { inboundLimit, openLimitBacking, rateLimitHeaders } from '#lib/resilience/index';

const log = logger('test', 'silent');
const windowMs = 60_000;
const at = (ms: number): Clock & { ms: number } => {
  const clock = { ms, now: () => clock.ms, random: () => 0 };
  return clock;
};
const inMemory = (clock: Clock, limit = 3) =>
  inboundLimit({
    name: 'sign_in',
    limit,
    windowSeconds: windowMs / 1000,
    clock,
    log,
    backing: openLimitBacking({ kind: 'memory' }, log),
  });

describe('a limit in memory', () => {
  it('lets the first through, refuses the next and forgives with time', async () => {
    const clock = at(windowMs * 16_000_000);
    const limit = inMemory(clock);
    const verdicts: boolean[] = [];
    for (let n = 0; n < 5; n += 1) verdicts.push((await limit.check('10.0.0.1')).allowed);
    expect(verdicts).toEqual([true, true, true, false, false]);
    expect((await limit.check('10.0.0.2')).allowed).toBe(true);
    clock.ms += windowMs;
    expect((await limit.check('10.0.0.1')).allowed).toBe(false);
    clock.ms += 2 * windowMs;
    expect(await limit.check('10.0.0.1')).toMatchObject({ allowed: true, limit: 3, remaining: 2 });
  });

  it('says how much is left and when the window ends', async () => {
    const limit = inMemory(at(windowMs * 20_000_000 + 15_000));
    const verdict = { allowed: true, limit: 3, remaining: 2, resetMs: 45_000 };
    expect(await limit.check('a')).toEqual(verdict);
  });

  it('counts under a limit somebody chose, and under it alone', async () => {
    const limit = inMemory(at(windowMs * 20_000_000));
    expect(await limit.check('a', 2)).toMatchObject({ limit: 2, remaining: 1 });
    expect(await limit.check('a', 2)).toMatchObject({ allowed: true, remaining: 0 });
    expect(await limit.check('a', 2)).toMatchObject({ allowed: false });
    expect(await limit.check('a')).toMatchObject({ allowed: true, limit: 3, remaining: 0 });
  });

  it('lets no more than the limit pass in a window, less after a full one, and locks nobody out', async () => {
    const steps = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 8 }), async (pauses, most) => {
        const clock = at(windowMs * 20_000_000);
        const limit = inMemory(clock, most);
        const passed = new Map<number, number>();
        for (const pause of pauses) {
          clock.ms += pause;
          const slot = Math.floor(clock.ms / windowMs);
          const before = passed.get(slot - 1) ?? 0;
          const weight = 1 - (clock.ms - slot * windowMs) / windowMs;
          const left = most - Math.floor(before * weight) - (passed.get(slot) ?? 0);
          const { allowed } = await limit.check('a');
          expect(allowed).toBe(left > 0);
          if (allowed) passed.set(slot, (passed.get(slot) ?? 0) + 1);
        }
        expect(Math.max(...passed.values())).toBeLessThanOrEqual(most);
        clock.ms += 2 * windowMs;
        expect((await limit.check('a')).allowed).toBe(true);
      }),
    );
  });
});

describe('a limit whose store cannot be asked', () => {
  const broken = (() => Promise.reject(new Error('down'))) as unknown as Db;
  const options = { name: 'sign_in', limit: 3, windowSeconds: 60, log } as const;

  it('refuses, unless its owner chose otherwise', async () => {
    const backing = openLimitBacking({ kind: 'postgres', db: broken }, log);
    expect((await inboundLimit({ ...options, backing }).check('a')).allowed).toBe(false);
    const open = inboundLimit({ ...options, backing, onFault: 'open' });
    expect((await open.check('a')).allowed).toBe(true);
  });
});

describe('the headers', () => {
  const verdict = { allowed: true, limit: 10, remaining: 4, resetMs: 1_001, windowSeconds: 60 };

  it('tell every limit that counted, the one that refused first', () => {
    expect(
      rateLimitHeaders([
        { ...verdict, name: 'a' },
        { ...verdict, name: 'b', allowed: false, remaining: 0 },
      ]),
    ).toEqual({
      'ratelimit-policy': '"b";q=10;w=60, "a";q=10;w=60',
      ratelimit: '"b";r=0;t=2, "a";r=4;t=2',
    });
  });

  it('say nothing of a request that nobody counted', () => {
    expect(rateLimitHeaders([])).toEqual({});
  });
});
