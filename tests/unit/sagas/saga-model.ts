import fc from 'fast-check';
import { HubError } from '#lib/core/index';
import { type decide, type Next, retryInMs, type StepRule } from '../../../lib/sagas/decide.ts';
import { replay, type SagaView } from '../../../lib/sagas/replay.ts';
import type { SagaEvent, StoredEvent } from '../../../lib/sagas/saga-events.ts';

export type Decide = typeof decide;

/** What happens to one try: before or behind its effect a worker dies, a fault, or nothing. */
export const fates = [
  'dies_before',
  'dies_behind',
  'fails_before',
  'fails_behind',
  'never',
  'waits',
  'works',
] as const;
export type Fate = (typeof fates)[number];

export interface Story {
  rules: StepRule[];
  /** Of the tries in their order; when they run out, everything works. */
  fates: Fate[];
}

export const story = (): fc.Arbitrary<Story> =>
  fc.record({
    rules: fc
      .array(
        fc.record({
          onFailure: fc.constantFrom('compensate' as const, 'go_on' as const),
          canCompensate: fc.boolean(),
          attempts: fc.integer({ min: 1, max: 3 }),
        }),
        { minLength: 1, maxLength: 5 },
      )
      .map((steps) =>
        steps.map(({ attempts, ...rest }, index) => ({
          ...rest,
          name: `step_${index}`,
          waitAtMostMs: 60_000,
          retry: { attempts, firstMs: 100, mostMs: 1_000 },
        })),
      ),
    fates: fc.array(fc.constantFrom(...fates), { maxLength: 25 }),
  });

export interface Told {
  events: StoredEvent[];
  view: SagaView;
  /** What stands at the services in the end, by step. */
  effects: Set<string>;
  /** Steps in the order they were taken back. */
  takenBack: string[];
  turns: number;
}

const turnsAtMost = 2_000;

/** Plays a saga against a world in which acts have effects, whether they are heard of or not. */
export function play({ rules, fates: given }: Story, decideNext: Decide): Told {
  const started: SagaEvent = { type: 'started', input: {}, steps: rules.map(({ name }) => name) };
  const told: Told = {
    events: [{ ...started, atMs: 0 }],
    view: replay([]),
    effects: new Set(),
    takenBack: [],
    turns: 0,
  };
  const queue = [...given];
  let nowMs = 0;
  const append = (event: SagaEvent): void => {
    nowMs += 1;
    told.events.push({ ...event, atMs: nowMs });
  };
  for (; told.turns < turnsAtMost; told.turns += 1) {
    told.view = replay(told.events);
    const next = decideNext(told.view, rules, nowMs);
    if (next.do === 'nothing') return told;
    if (next.do === 'rest') nowMs = next.untilMs;
    else if (next.do === 'end') append({ type: 'ended', state: next.state });
    else takeTurn(told, next, queue.shift() ?? 'works', { rules, append });
  }
  throw new Error('The saga never ended');
}

function takeTurn(
  told: Told,
  next: Extract<Next, { step: string }>,
  fate: Fate,
  { rules, append }: { rules: readonly StepRule[]; append: (event: SagaEvent) => void },
): void {
  const rule = rules.find(({ name }) => name === next.step);
  const seen = told.view.steps.find(({ name }) => name === next.step);
  if (!rule || !seen) throw new Error(`No step ${next.step}`);
  const { step } = next;
  const error = { code: 'internal.unexpected', message: 'It failed' };
  const again = (failures: number): number | null => {
    const fault = new HubError('internal.unexpected', '', {
      retry: fate === 'never' ? 'never' : 'later',
    });
    return retryInMs(rule, failures, fault, 0);
  };
  if (next.do === 'give_up') {
    append(
      next.isCompensation
        ? { type: 'compensation_failed', step, error, retryInMs: null }
        : { type: 'step_failed', step, error, fate: rule.onFailure, retryInMs: null },
    );
    return;
  }
  if (next.do === 'compensate') {
    append({ type: 'compensation_began', step });
    if (fate === 'dies_before') return;
    if (fate === 'fails_before' || fate === 'never') {
      const retry = again(seen.compensation?.failures ?? 0);
      append({ type: 'compensation_failed', step, error, retryInMs: retry });
      return;
    }
    told.effects.delete(step);
    told.takenBack.push(step);
    if (fate === 'dies_behind') return;
    append({ type: 'compensation_completed', step, note: null });
    return;
  }
  if (!next.isBegun) append({ type: 'step_began', step });
  if (fate === 'dies_before') return;
  const isBehind = fate === 'dies_behind' || fate === 'fails_behind' || fate === 'works';
  if (isBehind) told.effects.add(step);
  if (fate === 'dies_behind') return;
  if (fate === 'waits') append({ type: 'step_waiting', step, note: null });
  else if (fate === 'works') {
    append({ type: 'step_completed', step, output: {}, note: null, isLast: false });
  } else {
    const retry = again(seen.failures);
    append({
      type: 'step_failed',
      step,
      error,
      fate: retry === null ? rule.onFailure : 'retry',
      retryInMs: retry,
    });
  }
}

/** Sentences about what must hold at the end of any story, and does not. */
export function faultsOf({ rules }: Story, { view, effects, takenBack }: Told): string[] {
  const faults: string[] = [];
  const ruleOf = (name: string) => rules.find((rule) => rule.name === name);
  if (view.state === 'completed') {
    for (const { name, state } of view.steps) {
      if (state === 'completed' && !effects.has(name)) faults.push(`${name} is done and is not`);
      const mayBeLeft = state === 'failed' && ruleOf(name)?.onFailure === 'go_on';
      if (state !== 'completed' && !mayBeLeft)
        faults.push(`${name} is ${state} in a completed saga`);
    }
  } else if (view.state === 'compensated' || view.state === 'failed') {
    for (const { name, compensation } of view.steps) {
      const isLeft = effects.has(name) && ruleOf(name)?.canCompensate;
      if (isLeft && compensation?.state !== 'failed') faults.push(`${name} is left behind`);
      if (effects.has(name) && view.state === 'compensated' && ruleOf(name)?.canCompensate) {
        faults.push(`${name} stands though all is said to be taken back`);
      }
    }
    const order = [...new Set(takenBack)].map((name) => rules.findIndex((r) => r.name === name));
    if (order.some((at, index) => index > 0 && at > (order[index - 1] ?? 0))) {
      faults.push(`taken back in the wrong order: ${takenBack.join(', ')}`);
    }
  } else faults.push(`the story ends ${view.state}`);
  return faults;
}
