import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freshnessOf, refreshAtMs } from '../../../lib/connections/credential.ts';

const minute = 60_000;
const credential = (lifeMs: number | null, obtainedAtMs = 0) => ({
  accessToken: 'a',
  refreshToken: 'r',
  obtainedAtMs,
  expiresAtMs: lifeMs === null ? null : obtainedAtMs + lifeMs,
});
const life = fc.integer({ min: 1, max: 400 * 24 * 60 * minute });
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the moment a token is renewed', () => {
  it('is a quarter of an hour before its end, or half its life if that is shorter, and some chance', () => {
    fc.assert(
      fc.property(life, chance, (lifeMs, random) => {
        const at = refreshAtMs(credential(lifeMs), random) ?? Number.NaN;
        const ahead = Math.min(15 * minute, lifeMs / 2);
        expect(lifeMs - at).toBeGreaterThanOrEqual(ahead);
        expect(lifeMs - at).toBeLessThanOrEqual(ahead * 1.2 + 1e-6);
        expect(at).toBeGreaterThan(0);
      }),
    );
  });

  it('spreads tokens that were given together', () => {
    const moments = Array.from({ length: 100 }, (_, n) =>
      refreshAtMs(credential(60 * minute), n / 100),
    );
    expect(new Set(moments).size).toBe(100);
  });

  it('is never for one without an end', () => {
    expect(refreshAtMs(credential(null), 0.5)).toBeNull();
    const clock = { now: () => Number.MAX_SAFE_INTEGER, random: () => 0 };
    expect(freshnessOf(credential(null), clock)).toBe('good');
  });

  it('comes once: good, then due, then expired, and never back', () => {
    fc.assert(
      fc.property(life, chance, fc.array(life, { maxLength: 20 }), (lifeMs, random, moments) => {
        const order = ['good', 'due', 'expired'];
        const seen = moments
          .toSorted((a, b) => a - b)
          .map((now) =>
            order.indexOf(
              freshnessOf(credential(lifeMs), { now: () => now, random: () => random }),
            ),
          );
        expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      }),
    );
  });

  it('leaves no call with a token that ends under way', () => {
    const at = (now: number) =>
      freshnessOf(credential(60 * minute), { now: () => now, random: () => 0 });
    expect(at(60 * minute - 10_001)).toBe('due');
    expect(at(60 * minute - 10_000)).toBe('expired');
  });
});
