import { describe, expect, it } from 'vitest';
import { estimatePlan, type Pace } from '../../../lib/flows/estimate-plan.ts';

const pace = (connectionId: string, more: Partial<Pace> = {}): Pace => ({
  connectionId,
  perSecond: 2,
  quota: 1_000,
  sustained: 1,
  ...more,
});

describe('the estimate of a plan', () => {
  it('adds up calls and takes as long as the slowest connection', () => {
    const calls = new Map([
      ['a', 120],
      ['b', 600],
    ]);
    expect(estimatePlan(calls, [pace('a'), pace('b')])).toEqual({ calls: 720, minutes: 5 });
  });

  it('waits for the quota to come back', () => {
    expect(estimatePlan(new Map([['a', 1_600]]), [pace('a')])).toEqual({
      calls: 1_600,
      minutes: 13.4,
    });
    const slow = pace('a', { sustained: 0.5 });
    expect(estimatePlan(new Map([['a', 1_600]]), [slow]).minutes).toBe(20);
  });

  it('says nothing of time where a pace is not known, and is nought for nothing', () => {
    expect(estimatePlan(new Map([['a', 5]]), [])).toEqual({ calls: 5, minutes: 0 });
    expect(estimatePlan(new Map(), [])).toEqual({ calls: 0, minutes: 0 });
  });
});
