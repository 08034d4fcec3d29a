import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HubError, type JsonObject } from '#lib/core/index';
import { backoffMs } from '../../../lib/sync/backoff.ts';
import { syncLimits } from '../../../lib/sync/limits.ts';
import { judgeFailure, refusedFields } from '../../../lib/sync/push-failure.ts';
import { judgeRunFailure } from '../../../lib/sync/run-failure.ts';
import { nextStatus } from '../../../lib/sync/run-state.ts';
import { storable } from '../../../lib/sync/storable.ts';

describe('a backoff', () => {
  const fault = new HubError('provider.unavailable', undefined, { retry: 'later' });

  it('grows, stays bounded, and is never less than what the service asks', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 1_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, chance) => {
          const clock = { now: () => 0, random: () => chance };
          const wait = backoffMs(attempts, fault, clock);
          expect(wait).toBeGreaterThanOrEqual(syncLimits.backoffFirstMs / 2);
          expect(wait).toBeLessThanOrEqual(syncLimits.backoffMostMs);
          const asked = new HubError('provider.rate_limited', undefined, {
            retry: 'after',
            afterMs: 400_000,
          });
          expect(backoffMs(attempts, asked, clock)).toBeGreaterThanOrEqual(400_000);
        },
      ),
    );
    const steady = { now: () => 0, random: () => 0 };
    expect([1, 2, 3, 4].map((attempts) => backoffMs(attempts, fault, steady))).toEqual([
      1_000, 2_000, 4_000, 8_000,
    ]);
  });
});

describe('a failed write', () => {
  it('is unclear unless it is known to have taken no effect', () => {
    const of = (code: HubError['code']) => judgeFailure(new HubError(code));
    expect(of('provider.refused')).toBe('refused');
    expect(of('provider.rate_limited')).toBe('waiting');
    expect(of('provider.unavailable')).toBe('faulty');
    for (const code of [
      'provider.timeout',
      'provider.unreachable',
      'provider.bad_answer',
      'internal.unexpected',
    ] as const) {
      expect(of(code)).toBe('unclear');
    }
  });

  it('takes back the fields the service names, and all when it names none of those sent', () => {
    const refusal = (fields?: JsonObject[]) =>
      new HubError('provider.refused', 'No.', fields ? { details: { fields } } : {});
    const sent = { title: '', body: 'b' };
    expect(refusedFields(refusal(), sent)).toEqual(['title', 'body']);
    expect(refusedFields(refusal([{ field: 'title', message: 'is missing' }]), sent)).toEqual([
      'title',
    ]);
    expect(refusedFields(refusal([{ field: 'milestone', message: 'is closed' }]), sent)).toEqual([
      'title',
      'body',
    ]);
    expect(refusedFields(refusal([{ nonsense: 1 }]), sent)).toEqual(['title', 'body']);
  });
});

describe('a failed page', () => {
  const judge = (code: HubError['code'], attempts = 0, hasPlace = true) =>
    judgeRunFailure(new HubError(code), attempts, hasPlace);

  it('waits, is tried again, begins anew or ends the run', () => {
    expect(judge('provider.rate_limited', 99)).toBe('wait');
    expect(judge('connections.needs_reauth', 99)).toBe('wait');
    expect(judge('provider.unavailable')).toBe('retry');
    expect(judge('provider.unavailable', syncLimits.runAttempts - 1)).toBe('fail');
    expect(judge('provider.forbidden')).toBe('fail');
    expect(judge('provider.gone')).toBe('restart');
    expect(judge('provider.gone', 0, false)).toBe('fail');
    expect(judge('provider.gone', syncLimits.runAttempts - 1)).toBe('fail');
  });
});

describe('a run', () => {
  it('takes the actions that make sense in its state', () => {
    expect(nextStatus('running', 'pause')).toBe('paused');
    expect(nextStatus('paused', 'resume')).toBe('queued');
    expect(nextStatus('failed', 'resume')).toBe('queued');
    expect(nextStatus('queued', 'cancel')).toBe('cancelled');
    for (const action of ['pause', 'resume', 'cancel'] as const) {
      expect(nextStatus('completed', action)).toBeNull();
      expect(nextStatus('cancelled', action)).toBeNull();
    }
  });
});

describe('what is stored', () => {
  it('is the object itself unless PostgreSQL would refuse it', () => {
    const fine = { a: ['x', { b: 'ünï\u{1f642}' }], c: null, d: 1 };
    expect(storable(fine)).toBe(fine);
    expect(storable({ 'k\u0000': ['a\u0000b', { c: '\ud800x' }], n: 1 })).toEqual({
      k: ['ab', { c: '\ufffdx' }],
      n: 1,
    });
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
        (object) => {
          const text = JSON.stringify(storable({ ...object, extra: '\u0000\udc00' }));
          expect(text).not.toMatch(/\\u0000|\\ud[89a-f]/);
        },
      ),
    );
  });
});
