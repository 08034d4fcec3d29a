import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HubError } from '#lib/core/index';
import { crashesAtMost, decide, retryInMs, type StepRule } from '../../../lib/sagas/decide.ts';
import { replay } from '../../../lib/sagas/replay.ts';
import type { StoredEvent } from '../../../lib/sagas/saga-events.ts';
import { type Decide, faultsOf, play, type Story, story } from './saga-model.ts';

const findFault = (decideNext: Decide) =>
  fc.check(
    fc.property(story(), (told: Story) => {
      expect(faultsOf(told, play(told, decideNext))).toEqual([]);
    }),
    { numRuns: 2_000, seed: 7 },
  );

describe('a saga against any course of crashes and faults', () => {
  it('ends, and what it leaves behind is what its state says', () => {
    const found = findFault(decide);
    expect(found.counterexample).toBeNull();
  });

  it('would be caught leaving a step behind whose end was never heard of', () => {
    // Only what is known to be done is taken back: the mistake this engine must not make.
    const forgetful: Decide = (view, rules, nowMs) =>
      decide(
        view.state !== 'compensating'
          ? view
          : {
              ...view,
              steps: view.steps.map((step) =>
                step.state === 'completed' ? step : { ...step, state: 'skipped' as const },
              ),
            },
        rules,
        nowMs,
      );
    expect(findFault(forgetful).counterexample).not.toBeNull();
  });

  it('would be caught skipping a compensation, and taking back in the wrong order', () => {
    const skipping: Decide = (view, rules, nowMs) => {
      const next = decide(view, rules, nowMs);
      return next.do === 'compensate' && next.step === 'step_1'
        ? { do: 'end', state: 'compensated' }
        : next;
    };
    const forwards: Decide = (view, rules, nowMs) =>
      view.state === 'compensating'
        ? decide({ ...view, steps: view.steps.toReversed() }, rules, nowMs)
        : decide(view, rules, nowMs);
    expect(findFault(skipping).counterexample).not.toBeNull();
    expect(findFault(forwards).counterexample).not.toBeNull();
  });
});

describe('replay', () => {
  it('of a log that grew is what was, changed by what was added: nothing is lost or invented', () => {
    fc.assert(
      fc.property(story(), (told) => {
        const { events } = play(told, decide);
        const states = events.map((_, index) => replay(events.slice(0, index + 1)).state);
        const rank = ['pending', 'running', 'compensating', 'failed', 'completed', 'compensated'];
        for (const [index, state] of states.entries()) {
          const before = states[index - 1] ?? 'pending';
          expect(rank.indexOf(state)).toBeGreaterThanOrEqual(Math.min(rank.indexOf(before), 3));
        }
        const over = states.findIndex((state) => rank.indexOf(state) >= 3);
        expect(over).toBe(events.length - 1);
      }),
      { numRuns: 500 },
    );
  });

  it('takes nothing after the end, and nothing about a step there is not', () => {
    const log: StoredEvent[] = [
      { type: 'started', input: {}, steps: ['one'], atMs: 1 },
      { type: 'step_completed', step: 'else', output: {}, note: null, isLast: false, atMs: 2 },
      {
        type: 'step_completed',
        step: 'one',
        output: { a: 1 },
        note: 'Done.',
        isLast: false,
        atMs: 3,
      },
      { type: 'ended', state: 'completed', atMs: 4 },
      { type: 'step_began', step: 'one', atMs: 5 },
    ];
    const view = replay(log);
    expect(view.state).toBe('completed');
    expect(view.steps).toMatchObject([{ name: 'one', state: 'completed', note: 'Done.' }]);
  });

  it('skips what has become pointless', () => {
    const view = replay([
      { type: 'started', input: {}, steps: ['one', 'two'], atMs: 1 },
      { type: 'step_completed', step: 'one', output: {}, note: null, isLast: true, atMs: 2 },
    ]);
    expect(view.steps.map(({ state }) => state)).toEqual(['completed', 'skipped']);
    expect(decide(view, [], 3)).toEqual({ do: 'end', state: 'completed' });
  });
});

describe('decide', () => {
  const rule: StepRule = {
    name: 'one',
    retry: { attempts: 3, firstMs: 1_000, mostMs: 3_000 },
    waitAtMostMs: 5_000,
    onFailure: 'compensate',
    canCompensate: true,
  };
  const started: StoredEvent = { type: 'started', input: {}, steps: ['one'], atMs: 0 };

  it('gives up a step that workers die of, forwards and backwards', () => {
    const deaths = Array.from(
      { length: crashesAtMost },
      (): StoredEvent => ({ type: 'step_began', step: 'one', atMs: 1 }),
    );
    expect(decide(replay([started, ...deaths]), [rule], 2)).toMatchObject({ do: 'give_up' });
    const failed: StoredEvent = {
      type: 'step_failed',
      step: 'one',
      error: { code: 'provider.refused', message: 'No.' },
      fate: 'compensate',
      retryInMs: null,
      atMs: 1,
    };
    const backwards = deaths.map(
      (event): StoredEvent => ({ ...event, type: 'compensation_began', step: 'one' }),
    );
    expect(decide(replay([started, failed, ...backwards]), [rule], 2)).toMatchObject({
      do: 'give_up',
      isCompensation: true,
    });
  });

  it('waits no longer than the step may', () => {
    const view = replay([
      started,
      { type: 'step_began', step: 'one', atMs: 10 },
      { type: 'step_waiting', step: 'one', note: null, atMs: 20 },
    ]);
    expect(decide(view, [rule], 5_000)).toEqual({ do: 'act', step: 'one', isBegun: true });
    expect(decide(view, [rule], 5_011)).toMatchObject({ do: 'give_up', why: 'waiting' });
  });

  it('doubles the pause, heeds what the service asks for, and ends', () => {
    const later = new HubError('provider.unavailable', undefined, { retry: 'later' });
    const after = new HubError('provider.rate_limited', undefined, {
      retry: 'after',
      afterMs: 60_000,
    });
    expect(retryInMs(rule, 0, later, 0)).toBe(1_000);
    expect(retryInMs(rule, 1, later, 0)).toBe(2_000);
    expect(retryInMs(rule, 1, later, 1)).toBe(1_000);
    expect(retryInMs(rule, 0, after, 0)).toBe(60_000);
    expect(retryInMs(rule, 2, later, 0)).toBeNull();
    expect(retryInMs(rule, 0, new HubError('provider.refused'), 0)).toBeNull();
  });
});
