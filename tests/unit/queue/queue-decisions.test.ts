import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HubError } from '#lib/core/index';
import { backoffMs, describeFault } from '../../../lib/queue/failure-state.ts';
import { judgeQueue, stuckMs } from '../../../lib/queue/queue-state.ts';
import { rankJobs } from '../../../lib/queue/rank-jobs.ts';

describe('the priority of a job', () => {
  it('is its queue’s for a workspace’s first and falls with every doubling of what waits', () => {
    const jobs = Array.from({ length: 8 }, () => ({ workspaceId: 'a' }));
    expect(rankJobs(jobs, new Map(), 50)).toEqual([50, 49, 49, 48, 48, 48, 48, 47]);
  });

  it('puts the first job of a workspace before all but one of another one’s, however many wait', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.integer({ min: 1, max: 400 }), (waits, sent) => {
        const many = rankJobs(
          Array.from({ length: sent }, () => ({ workspaceId: 'many' })),
          new Map([['many', waits]]),
          40,
        );
        const [few] = rankJobs([{ workspaceId: 'few' }], new Map([['many', waits + sent]]), 40);
        const before = many.filter((priority) => priority >= (few ?? 0)).length;
        expect(before).toBeLessThanOrEqual(1);
        expect(Math.min(...many)).toBeGreaterThanOrEqual(31);
      }),
    );
  });

  it('is the sender’s where it says one, and of no workspace the queue’s', () => {
    expect(rankJobs([{ priority: 7 }, {}, { workspaceId: null }], new Map(), 20)).toEqual([
      7, 20, 20,
    ]);
  });
});

describe('a key that fails', () => {
  it('is left alone ever longer, never above ten minutes and a quarter, never for nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (count, chance) => {
          const ms = backoffMs(count, chance);
          expect(ms).toBeGreaterThanOrEqual(3_750);
          expect(ms).toBeLessThanOrEqual(750_000);
          expect(backoffMs(count + 1, chance)).toBeGreaterThanOrEqual(ms);
        },
      ),
    );
  });

  it('is described by our words or by the kind of the fault alone', () => {
    expect(describeFault(new HubError('resource.not_found', 'Not there.'))).toEqual({
      code: 'resource.not_found',
      reason: 'Not there.',
    });
    const odd = Object.assign(new RangeError('secret'), { code: 'ERR_OUT_OF_RANGE' });
    expect(describeFault(odd).reason).toContain('RangeError ERR_OUT_OF_RANGE');
    expect(describeFault(Object.assign(new Error('x'), { code: 'a secret' })).reason).not.toContain(
      'secret',
    );
    expect(describeFault('secret').reason).not.toContain('secret');
  });
});

describe('a queue', () => {
  const quiet = { due: 0, oldestMs: null, waiting: 0, running: 0, failing: 0, isPaused: false };
  it.each([
    ['idle', {}],
    ['working', { due: 3, oldestMs: 100 }],
    ['working', { running: 1 }],
    ['behind', { due: 3, oldestMs: 20_000, waiting: 5 }],
    ['behind', { due: 3, oldestMs: stuckMs + 1, waiting: 5 }],
    ['stuck', { due: 3, oldestMs: stuckMs + 1 }],
    ['stuck', { due: 3, oldestMs: stuckMs + 1, failing: 2 }],
    ['failing', { due: 3, oldestMs: stuckMs + 1, failing: 3 }],
    ['failing', { failing: 1 }],
    ['paused', { due: 3, oldestMs: stuckMs + 1, isPaused: true }],
  ] as const)('is %s with %j', (condition, figures) => {
    expect(judgeQueue({ ...quiet, ...figures })).toBe(condition);
  });
});
