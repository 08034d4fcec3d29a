import { describe, expect, it } from 'vitest';
import type { Clock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { inboundLimit } from '#lib/resilience/index';

const time = { ms: 60_000 * 16_000_000 };
const clock: Clock = { now: () => time.ms, random: () => 0 };
const options = {
  name: 'sign_in',
  limit: 3,
  windowSeconds: 60,
  clock,
  log: logger('test', 'silent'),
} as const;

describe('a limit in memory', () => {
  it('lets the first through, refuses the next and forgives with time', async () => {
    const limit = inboundLimit({ ...options, backing: { kind: 'memory' } });
    const verdicts: boolean[] = [];
    for (let n = 0; n < 5; n += 1) verdicts.push((await limit.check('10.0.0.1')).allowed);
    expect(verdicts).toEqual([true, true, true, false, false]);
    expect((await limit.check('10.0.0.2')).allowed).toBe(true);
    time.ms += 60_000;
    expect((await limit.check('10.0.0.1')).allowed).toBe(false);
    time.ms += 120_000;
    expect(await limit.check('10.0.0.1')).toMatchObject({ allowed: true, limit: 3, remaining: 2 });
  });

  it('says how much is left and when the window ends', async () => {
    time.ms = 60_000 * 20_000_000 + 15_000;
    const limit = inboundLimit({ ...options, backing: { kind: 'memory' } });
    expect(await limit.check('a')).toEqual({
      allowed: true,
      limit: 3,
      remaining: 2,
      resetMs: 45_000,
    });
  });
});

describe('a limit whose store cannot be asked', () => {
  const broken = (() => Promise.reject(new Error('down'))) as unknown as Db;

  it('refuses, unless its owner chose otherwise', async () => {
    const backing = { kind: 'postgres', db: broken } as const;
    expect((await inboundLimit({ ...options, backing }).check('a')).allowed).toBe(false);
    const open = inboundLimit({ ...options, backing, onFault: 'open' });
    expect((await open.check('a')).allowed).toBe(true);
  });
});
