import { describe, expect, it } from 'vitest';
import { githubManifest } from '#lib/connectors/github/manifest';
import { estimatePlan, type Pace } from '../../../lib/flows/estimate-plan.ts';

const pace = (connectionId: string, more: Partial<Pace> = {}): Pace => ({
  connectionId,
  perSecond: 2,
  quota: 1_000,
  sustained: 1,
  provider: connectionId.toUpperCase(),
  limits: [],
  ...more,
});
const asks = (...given: [connectionId: string, calls: number, made?: number][]) =>
  new Map(given.map(([id, calls, made = 0]) => [id, { calls, made }]));

describe('the estimate of a plan', () => {
  it('adds up calls and takes as long as the slowest connection', () => {
    expect(estimatePlan(asks(['a', 120], ['b', 600]), [pace('a'), pace('b')])).toEqual({
      calls: 720,
      minutes: 5,
      limit: null,
    });
  });

  it('waits for the quota to come back', () => {
    expect(estimatePlan(asks(['a', 1_600]), [pace('a')])).toMatchObject({
      calls: 1_600,
      minutes: 13.4,
    });
    const slow = pace('a', { sustained: 0.5 });
    expect(estimatePlan(asks(['a', 1_600]), [slow]).minutes).toBe(20);
  });

  it('says nothing of time where a pace is not known, and is nought for nothing', () => {
    expect(estimatePlan(asks(['a', 5, 5]), [])).toEqual({ calls: 5, minutes: 0, limit: null });
    expect(estimatePlan(asks(), [])).toEqual({ calls: 0, minutes: 0, limit: null });
  });
});

describe('a bound on new objects', () => {
  const limits = [
    { objects: 80, perMs: 60_000 },
    { objects: 500, perMs: 3_600_000 },
  ];
  const at = (made: number, more: Partial<Pace> = {}) =>
    estimatePlan(asks(['a', made + 20, made]), [pace('a', { perSecond: 10, limits, ...more })]);

  it('is no matter as long as all fit into it', () => {
    expect(at(80)).toEqual({ calls: 100, minutes: 0.2, limit: null });
  });

  it('says how long it lasts, and which it was', () => {
    expect(at(81)).toEqual({
      calls: 101,
      minutes: 1.1,
      limit: { provider: 'A', objects: 80, per_seconds: 60 },
    });
    // Six whole minutes and twenty more; then an hour, and as much again.
    expect(at(500).minutes).toBe(6.1);
    expect(at(500).limit).toMatchObject({ objects: 80 });
    expect(at(1_000).minutes).toBe(66.1);
    expect(at(1_000).limit).toEqual({ provider: 'A', objects: 500, per_seconds: 3_600 });
    expect(at(1_001).minutes).toBe(120.1);
  });

  it('is not named where the pace of all calls is slower, or another connection', () => {
    expect(at(100, { perSecond: 1, quota: 1_000 }).limit).toBeNull();
    const asked = asks(['a', 100, 100], ['b', 10_000]);
    expect(estimatePlan(asked, [pace('a', { limits }), pace('b')]).limit).toBeNull();
  });

  it('of GitHub is known', () => {
    expect(githubManifest.resources[0]?.creates.limits).toEqual(limits);
  });
});
