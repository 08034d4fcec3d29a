import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type EventRows,
  leavesGap,
  withAgain,
  withNewest,
  withOlder,
} from '@/components/inbox/event-rows';
import { down, event } from './sample.ts';

const numbers = ({ rows }: EventRows): number[] => rows.map((row) => Number(row.delivery_id));

describe('events as they are read', () => {
  it('shows what has come since, and what a known event has become', () => {
    const known = { rows: [event(2, 'pending'), event(1)], next: 'older' };
    const merged = withNewest(known, [event(3), event(2)], 'newer');
    expect(merged?.rows.map(({ delivery_id, status }) => [delivery_id, status])).toEqual([
      ['3', 'applied'],
      ['2', 'applied'],
      ['1', 'applied'],
    ]);
    expect(merged?.next).toBe('older');
  });

  it('begins anew when more has come than a page holds', () => {
    expect(withNewest({ rows: down(5, 1), next: null }, down(20, 11), 'x')).toBeNull();
  });

  it('says whether there may be more between a page and what is known', () => {
    const known = { rows: down(5, 1), next: null };
    expect(leavesGap(known, down(20, 11), 'x')).toBe(true);
    expect(leavesGap(known, down(20, 5), 'x')).toBe(false);
    expect(leavesGap(known, down(20, 11), null)).toBe(false);
    expect(leavesGap(null, down(20, 11), 'x')).toBe(false);
  });

  it('knows nothing of what lies below a page without a match', () => {
    const known = { rows: down(5, 1), next: null };
    expect(leavesGap(known, [], 'x')).toBe(true);
    expect(leavesGap(known, [], null)).toBe(false);
    expect(leavesGap({ rows: [], next: 'y' }, [], 'x')).toBe(false);
    expect(leavesGap(null, [], 'x')).toBe(false);
  });

  it('joins a page to what is known where all below it is known', () => {
    const known = { rows: down(5, 1), next: 'far back' };
    expect(withNewest(known, down(20, 11), 'x', true)).toEqual({
      rows: [...down(20, 11), ...down(5, 1)],
      next: 'far back',
    });
    const walked = { rows: [], next: 'far back' };
    expect(withNewest(walked, [event(9)], 'x', true)).toEqual({ ...walked, rows: [event(9)] });
  });

  it('shows what rows further back have become, and adds none', () => {
    const known = { rows: [event(3), event(2, 'pending'), event(1)], next: 'a' };
    expect(withAgain(known, [event(2), event(0)])).toEqual({ rows: down(3, 1), next: 'a' });
  });

  it('forgets what is no longer there when the newest page is all there is', () => {
    expect(withNewest({ rows: down(5, 1), next: 'x' }, down(5, 4), null)).toEqual({
      rows: down(5, 4),
      next: null,
    });
  });

  it('goes on over an older page without a match', () => {
    const known = { rows: down(5, 4), next: 'a' };
    expect(withOlder(known, 'a', [], 'b')).toEqual({ rows: known.rows, next: 'b' });
  });

  it('leaves no gap when the list began anew while an older page was on its way', () => {
    const anew = { rows: down(30, 21), next: 'y' };
    expect(withOlder(anew, 'a', down(3, 1), null)).toBe(anew);
  });

  it('keeps what was found further back while the newest events hold no match', () => {
    const found = { rows: down(5, 4), next: 'far back' };
    expect(withNewest(found, [], 'x')).toBe(found);
    const reading = { rows: [], next: 'far back' };
    expect(withNewest(reading, [], 'x')).toBe(reading);
    const nothing = { rows: [], next: null };
    expect(withNewest(nothing, [], 'x')).toBe(nothing);
    expect(withNewest(null, [], 'x')).toEqual({ rows: [], next: 'x' });
  });

  it('holds every event once, newest first, whatever is read when', () => {
    const step = fc.record({
      arrives: fc.nat(12),
      isOlder: fc.boolean(),
      size: fc.integer({ min: 1, max: 8 }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 1, max: 60 }),
        (steps, first) => {
          let top = first;
          let list: EventRows = { rows: [], next: null };
          for (const { arrives, isOlder, size } of steps) {
            top += arrives;
            const lowest = numbers(list).at(-1);
            if (isOlder && list.next !== null && lowest !== undefined) {
              const end = Math.max(1, lowest - size);
              list = withOlder(list, list.next, down(lowest - 1, end), end > 1 ? 'more' : null);
            } else {
              const end = Math.max(1, top - size + 1);
              const page = down(top, end);
              const next = end > 1 ? 'more' : null;
              list = withNewest(list, page, next) ?? { rows: page, next };
            }
            const all = numbers(list);
            // No event twice, none missing in between, and the end is said only at the end.
            expect(all).toEqual(all.map((_, index) => (all[0] ?? 0) - index));
            expect(list.next !== null || all.length === 0 || all.at(-1) === 1).toBe(true);
          }
        },
      ),
    );
  });
});
