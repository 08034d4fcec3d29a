import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logger } from '#lib/observability/index';
import { type LimitBacking, openLimitBacking, SharedCount } from '#lib/resilience/index';

const log = logger('test', 'silent');
const windowMs = 60_000;

/** A store all processes share, which counts how often it is asked. */
function sharedStore() {
  const memory = openLimitBacking({ kind: 'memory' }, log);
  const asked = { times: 0, isDown: false };
  const backing: LimitBacking = {
    ...memory,
    isShared: true,
    limiter: (prefix, rule, clock) => {
      const inner = memory.limiter(prefix, rule, clock);
      return Object.assign(Object.create(inner) as typeof inner, {
        limit: (...args: Parameters<typeof inner.limit>) => {
          asked.times += 1;
          if (asked.isDown) return Promise.reject(new Error('down'));
          return inner.limit(...args);
        },
      });
    },
  };
  return { backing, asked };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const world = (processes: number, limit: number) => {
  const clock = { ms: windowMs * 20_000_000, now: () => clock.ms, random: () => 0 };
  const store = sharedStore();
  const options = { name: 'source', limit, windowSeconds: windowMs / 1000, clock, log };
  const counts = Array.from({ length: processes }, () => {
    return new SharedCount({ ...options, backing: store.backing });
  });
  return { clock, counts, ...store };
};

describe('a count told in parts', () => {
  it('costs nothing below a part, and twenty statements up to the limit', async () => {
    const { counts, asked } = world(1, 1_000);
    const [count] = counts;
    for (let n = 0; n < 49; n += 1) expect(count?.take('a').allowed).toBe(true);
    expect(asked.times).toBe(0);
    for (let n = 49; n < 1_000; n += 1) {
      expect(count?.take('a').allowed).toBe(true);
      await settle();
    }
    expect(asked.times).toBe(20);
    expect(count?.take('a').allowed).toBe(false);
  });

  it('lets processes together pass the limit and one part for each at most, and asks rarely when it is used up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 20, max: 300 }),
        fc.array(fc.nat(4), { minLength: 500, maxLength: 900 }),
        async (processes, limit, order) => {
          const { counts, asked, clock } = world(processes, limit);
          let passed = 0;
          for (const turn of [...order, ...order]) {
            if (counts[turn % processes]?.take('a').allowed) passed += 1;
            await settle();
          }
          expect(passed).toBeGreaterThanOrEqual(Math.min(limit, order.length * 2));
          expect(passed).toBeLessThanOrEqual(limit + processes * Math.ceil(limit / 20));
          const before = asked.times;
          for (let n = 0; n < 200; n += 1) {
            counts[0]?.take('a');
            await settle();
          }
          expect(asked.times - before).toBeLessThanOrEqual(1);
          clock.ms += 3 * windowMs;
          expect(counts.every((count) => count.take('a').allowed)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('gives back what did not count', async () => {
    const { counts } = world(1, 20);
    const [count] = counts;
    for (let n = 0; n < 500; n += 1) {
      expect(count?.take('a').allowed).toBe(true);
      count?.giveBack('a');
      await settle();
    }
    expect(count?.refusal('a')).toBeNull();
    for (let n = 0; n < 20; n += 1) count?.take('a');
    expect(count?.refusal('a')).toMatchObject({ allowed: false, limit: 20, remaining: 0 });
  });

  it('holds for each process by itself while the store is away, and asks it once a second', async () => {
    const { counts, asked, clock } = world(2, 100);
    asked.isDown = true;
    let passed = 0;
    for (let n = 0; n < 300; n += 1) {
      for (const count of counts) if (count.take('a').allowed) passed += 1;
      await settle();
    }
    expect(passed).toBe(200);
    expect(asked.times).toBe(2);
    clock.ms += 2 * windowMs;
    asked.isDown = false;
    for (let n = 0; n < 5; n += 1) counts[0]?.take('a');
    await settle();
    expect(asked.times).toBe(3);
  });
});
