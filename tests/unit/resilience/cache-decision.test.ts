import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CacheMarks, judgeEntry } from '#lib/resilience/cache-decision';

const terms = fc
  .record({ freshMs: fc.nat(3_600_000), moreMs: fc.nat(86_400_000) })
  .map(({ freshMs, moreMs }) => ({ freshMs, keepMs: freshMs + moreMs }));
const marks: fc.Arbitrary<CacheMarks> = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.option(fc.constantFrom('one', 'two')),
  { noNullPrototype: true },
);
const times = fc.integer({ min: 1_500_000_000_000, max: 4_000_000_000_000 });
const rank = { fresh: 0, stale: 1, expired: 2 } as const;

describe('what an entry is good for', () => {
  it('only ever gets worse as time passes', () => {
    fc.assert(
      fc.property(
        terms,
        marks,
        times,
        fc.nat(90_000_000),
        fc.nat(90_000_000),
        (of, tags, loadedAtMs, age, more) => {
          const entry = { loadedAtMs, marks: tags };
          const now = judgeEntry(entry, of, tags, loadedAtMs + age);
          const later = judgeEntry(entry, of, tags, loadedAtMs + age + more);
          expect(rank[later]).toBeGreaterThanOrEqual(rank[now]);
        },
      ),
    );
  });

  it('is fresh up to its freshness, stale up to its keeping, and then nothing', () => {
    fc.assert(
      fc.property(terms, times, (of, loadedAtMs) => {
        const at = (age: number) => judgeEntry({ loadedAtMs, marks: {} }, of, {}, loadedAtMs + age);
        expect(at(of.freshMs)).toBe('fresh');
        expect(at(of.keepMs + 1)).toBe('expired');
        const after = of.keepMs > of.freshMs ? 'stale' : 'expired';
        expect(at(of.freshMs + 1)).toBe(after);
      }),
    );
  });

  it('is nothing, however young, once a tag of it was marked', () => {
    fc.assert(
      fc.property(
        terms,
        marks,
        marks,
        times,
        fc.nat(90_000_000),
        (of, before, present, loadedAtMs, age) => {
          const verdict = judgeEntry({ loadedAtMs, marks: before }, of, present, loadedAtMs + age);
          const isSame = Object.entries(present).every(
            ([tag, mark]) => Object.hasOwn(before, tag) && before[tag] === mark,
          );
          expect(isSame || verdict === 'expired').toBe(true);
        },
      ),
    );
  });

  it('is nothing when it claims to come from the future, or from no time at all', () => {
    const of = { freshMs: 1_000, keepMs: 60_000 };
    const at = (loadedAtMs: number) => judgeEntry({ loadedAtMs, marks: {} }, of, {}, 1_000_000);
    expect(at(1_000_000 + 30_000)).toBe('fresh');
    expect(at(1_000_000 + 61_000)).toBe('expired');
    expect(at(Number.NaN)).toBe('expired');
    expect(at(Number.POSITIVE_INFINITY)).toBe('expired');
  });
});
