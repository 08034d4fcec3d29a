import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enoughPages, type PageRead, pageInSight } from '@/components/inbox/pages-read';
import { down, idOf } from './sample.ts';

const page = (highest: number, count: number): PageRead => ({
  from: `below ${highest + 1}`,
  highest: idOf(highest),
  count,
});
/** Whether reading the page tells of the event. */
const tells = (one: PageRead | undefined, n: number): boolean => {
  const highest = Number(one?.highest.slice(-12));
  return one !== undefined && n <= highest && n > highest - one.count;
};

describe('the pages that can be read again', () => {
  it('are chosen by the nearest that begins at the event or above it', () => {
    const pages = [page(300, 100), page(100, 100), page(200, 100)];
    expect(pageInSight(pages, idOf(150))?.highest).toBe(idOf(200));
    expect(pageInSight(pages, idOf(200))?.highest).toBe(idOf(200));
    expect(pageInSight(pages, idOf(301))).toBeUndefined();
  });

  it('stay few while events slide off the newest page one by one', () => {
    let pages: readonly PageRead[] = [];
    for (let top = 200; top < 2_000; top += 1) {
      pages = enoughPages([...pages, page(top - 100, 100)], down(top, 1));
    }
    expect(pages.length).toBeLessThan(2 * 20);
    expect([1, 100, 1_000, 1_899].every((n) => tells(pageInSight(pages, idOf(n)), n))).toBe(true);
  });

  it('forget none that is needed', () => {
    const pages = fc.array(
      fc.record({
        highest: fc.integer({ min: 1, max: 80 }),
        count: fc.integer({ min: 1, max: 20 }),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(pages, (drawn) => {
        const all = [...new Map(drawn.map((one) => [one.highest, one])).values()].map((one) =>
          page(one.highest, one.count),
        );
        const rows = down(80, 1);
        const kept = enoughPages(all, rows);
        for (let n = 1; n <= 80; n += 1) {
          const isTold = all.some((one) => tells(one, n));
          expect(tells(pageInSight(kept, idOf(n)), n)).toBe(isTold);
        }
      }),
    );
  });
});
