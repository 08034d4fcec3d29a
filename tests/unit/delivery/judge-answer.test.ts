import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HubError } from '#lib/core/index';
import { failingMaxMs, judgeFailing } from '../../../lib/delivery/failing-rule.ts';
import {
  judgeAnswer,
  judgeFault,
  readRetryAfter,
  retryAfterMaxMs,
} from '../../../lib/delivery/judge-answer.ts';
import { judgeRest, noRest, restLeftMs } from '../../../lib/delivery/rest-state.ts';

const nowMs = Date.parse('2026-11-21T09:00:00Z');
const answer = (status: number, retryAfter: string | null = null) =>
  judgeAnswer({ status, retryAfter, excerpt: 'said', nowMs });

describe('what an answer means', () => {
  it.each([
    [200, 'delivered', 'ok', false],
    [204, 'delivered', 'ok', false],
    [301, 'retry', 'fault', false],
    [307, 'retry', 'fault', false],
    [400, 'retry', 'ok', false],
    [401, 'retry', 'fault', false],
    [404, 'retry', 'fault', false],
    [410, 'gone', 'none', false],
    [413, 'retry', 'ok', false],
    [429, 'retry', 'none', true],
    [500, 'retry', 'fault', false],
    [502, 'retry', 'fault', true],
    [504, 'retry', 'fault', true],
  ] as const)('%i is %s, the destination %s', (status, type, health, throttle) => {
    const verdict = answer(status);
    expect(verdict).toMatchObject({ health, throttle });
    expect(verdict.outcome).toMatchObject({ type, status, excerpt: 'said' });
  });

  it('every status is judged, and only 2xx is taken for an arrival', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 999 }), (status) => {
        expect(answer(status).outcome.type === 'delivered').toBe(status >= 200 && status < 300);
      }),
    );
  });

  it('waits as long as it is asked to, in seconds or until a date, and never forever', () => {
    expect(answer(429, '120').outcome).toMatchObject({ afterMs: 120_000 });
    expect(readRetryAfter('Sat, 21 Nov 2026 09:01:00 GMT', nowMs)).toBe(60_000);
    expect(readRetryAfter('999999999', nowMs)).toBe(retryAfterMaxMs);
    for (const nonsense of ['', 'soon', '-5', '1e9', '0x10', ' ', 'x'.repeat(100)]) {
      expect(readRetryAfter(nonsense, nowMs)).toBeNull();
    }
    expect(readRetryAfter('Sat, 21 Nov 2020 09:01:00 GMT', nowMs)).toBeNull();
  });

  it('a call without an answer is tried again, and an address that may not be called too', () => {
    const fault = judgeFault(new HubError('provider.timeout', 'No answer.'));
    expect(fault).toMatchObject({
      health: 'fault',
      outcome: { type: 'retry', code: 'provider.timeout', reason: 'No answer.' },
    });
    expect(judgeFault(new HubError('provider.host_refused')).health).toBe('fault');
    expect(() => judgeFault(new TypeError('ours'))).toThrow('ours');
  });
});

describe('a destination that is asked too much', () => {
  const throttle = { isThrottle: true, restMs: null, isOk: false };

  it('rests twice as long each time, up to a minute, and begins anew after a success', () => {
    let state = noRest;
    const waits: number[] = [];
    for (let turn = 0; turn < 9; turn += 1) {
      const at = state.restUntilMs ?? nowMs;
      state = judgeRest(state, throttle, at) ?? state;
      waits.push((state.restUntilMs ?? 0) - at);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000));
    const over = (state.restUntilMs ?? 0) + 1;
    expect(judgeRest(state, { ...throttle, isThrottle: false, isOk: true }, over)).toEqual(noRest);
  });

  it('keeps the longest wait it asked for, though earlier calls still end well', () => {
    const asked = judgeRest(noRest, { ...throttle, restMs: 30_000 }, nowMs) ?? noRest;
    const again = judgeRest(asked, { ...throttle, restMs: 1_000 }, nowMs) ?? noRest;
    expect(again.restUntilMs).toBe(nowMs + 30_000);
    expect(judgeRest(again, { isThrottle: false, restMs: null, isOk: true }, nowMs)).toBeNull();
    expect(restLeftMs(again, nowMs + 10_000)).toBe(20_000);
    expect(restLeftMs(again, nowMs + 30_000)).toBe(0);
  });

  it('is not left alone for ever when the clock was set back', () => {
    expect(restLeftMs({ restUntilMs: nowMs + 10 * 3_600_000, rests: 1 }, nowMs)).toBe(0);
  });
});

describe('five days of nothing but failure', () => {
  const lastAttempt = {
    at: new Date(nowMs).toISOString(),
    ms: 5,
    outcome: 'retry',
    code: 'http.500',
    reason: 'It answered 500.',
    status: 500,
    excerpt: null,
  } as const;

  it('end the subscription, and not a moment earlier', () => {
    const facts = { kind: 'webhook', failingSinceMs: nowMs - failingMaxMs, lastAttempt } as const;
    expect(judgeFailing({ ...facts, nowMs: nowMs - 1 })).toBeNull();
    expect(judgeFailing({ ...facts, nowMs })).toEqual({
      code: 'delivery.failing',
      reason: 'Nothing could be delivered for 5 days. It answered 500.',
    });
  });
});
