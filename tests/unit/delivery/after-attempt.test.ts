import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startsMax } from '#lib/delivery/after-attempt';
import { afterAttempt, attemptsMax, scheduleMs } from '#lib/delivery/index';

const retry = { type: 'retry', code: 'http.500', reason: 'It answered 500.' } as const;

describe('after an attempt', () => {
  it('follows the schedule of Standard Webhooks and then gives up', () => {
    const minutes = scheduleMs.map((ms) => ms / 60_000);
    expect(minutes).toEqual([0, 5 / 60, 5, 30, 120, 300, 600, 840, 1200, 1440]);
    for (let attempts = 1; attempts < attemptsMax; attempts += 1) {
      const least = { status: 'failed', waitMs: scheduleMs[attempts] };
      expect(afterAttempt(retry, { attempts, random: 0 })).toEqual(least);
    }
    expect(afterAttempt(retry, { attempts: attemptsMax, random: 0 })).toEqual({ status: 'dead' });
  });

  it('waits at least as the schedule says and at most a fifth more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: attemptsMax - 1 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempts, random) => {
          const after = afterAttempt(retry, { attempts, random });
          const least = scheduleMs[attempts] ?? 0;
          expect(after.status).toBe('failed');
          const wait = 'waitMs' in after ? after.waitMs : -1;
          expect(wait).toBeGreaterThanOrEqual(least);
          expect(wait).toBeLessThanOrEqual(least * 1.2 + 1);
        },
      ),
    );
  });

  it.each([
    [42_000, 42_000],
    [0, 5_500],
    [-5, 5_500],
    [7 * 86_400_000, 86_400_000],
    [Number.POSITIVE_INFINITY, 86_400_000],
    [Number.NaN, 86_400_000],
  ])('takes %s ms that a destination asks for as %s', (afterMs, waitMs) => {
    expect(afterAttempt({ ...retry, afterMs }, { attempts: 1, random: 0.5 })).toEqual({
      status: 'failed',
      waitMs,
    });
  });

  it('lasts as long for a destination that always asks for a second', () => {
    let total = 0;
    for (let attempts = 1; attempts < attemptsMax; attempts += 1) {
      const after = afterAttempt({ ...retry, afterMs: 1_000 }, { attempts, random: 0 });
      total += 'waitMs' in after ? after.waitMs : 0;
    }
    expect(total).toBeGreaterThanOrEqual(75 * 3_600_000);
  });

  it('comes back at once to what was broken off here', () => {
    const after = afterAttempt({ ...retry, atOnce: true }, { attempts: 5, random: 0.5 });
    expect(after).toEqual({ status: 'failed', waitMs: 1_000 });
  });

  it('ends no delivery because a worker stopped during the last attempt, up to a bound', () => {
    const stopped = { ...retry, atOnce: true } as const;
    for (let attempts = attemptsMax; attempts < startsMax; attempts += 1) {
      expect(afterAttempt(stopped, { attempts, random: 0 }).status).toBe('failed');
      expect(afterAttempt(retry, { attempts, random: 0 }).status).toBe('dead');
    }
    expect(afterAttempt(stopped, { attempts: startsMax, random: 0 }).status).toBe('dead');
  });

  it('does not repeat what was taken, refused or gone', () => {
    const facts = { attempts: 1, random: 0 };
    expect(afterAttempt({ type: 'delivered' }, facts)).toEqual({ status: 'delivered' });
    const why = { code: 'x', reason: 'y' };
    expect(afterAttempt({ type: 'refused', ...why }, facts)).toEqual({ status: 'dead' });
    expect(afterAttempt({ type: 'gone', ...why }, facts)).toEqual({ status: 'dead' });
    expect(afterAttempt({ type: 'held', afterMs: 5_000, ...why }, facts)).toEqual({
      status: 'held',
      waitMs: 5_000,
    });
  });
});
