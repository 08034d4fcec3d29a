import type { HubError } from '#lib/core/index';
import type { CompensationView, SagaView, StepView } from './replay.ts';
import type { SagaState } from './schema.ts';

/** How a step is held to its purpose; the part of a definition that deciding needs. */
export interface StepRule {
  name: string;
  /** Faults before it is given up; a fault that says `never` is the last one at once. */
  retry: { attempts: number; firstMs: number; mostMs: number };
  /** How long it may wait in all, from its first beginning. */
  waitAtMostMs?: number;
  /** go_on: the saga makes do without it, visibly. */
  onFailure: 'compensate' | 'go_on';
  canCompensate: boolean;
}

export type Next =
  | { do: 'act'; step: string; isBegun: boolean }
  | { do: 'compensate'; step: string }
  /** It died under too many workers, or waited in vain. */
  | { do: 'give_up'; step: string; why: 'crashes' | 'waiting'; isCompensation: boolean }
  | { do: 'rest'; untilMs: number }
  | { do: 'end'; state: Extract<SagaState, 'completed' | 'failed' | 'compensated'> }
  | { do: 'nothing' };

/** Beginnings without an end: a step that workers die of is not begun for ever. */
export const crashesAtMost = 30;

/** What is to be done next. Pure: the same events and rules give the same answer to any worker. */
export function decide(view: SagaView, rules: readonly StepRule[], nowMs: number): Next {
  switch (view.state) {
    case 'completed':
    case 'failed':
    case 'compensated':
      return { do: 'nothing' };
    case 'compensating':
      return decideBackwards(view, rules, nowMs);
    case 'pending':
    case 'running':
      return decideForwards(view, rules, nowMs);
  }
}

const isSettled = ({ state }: StepView): boolean =>
  state === 'completed' || state === 'failed' || state === 'skipped';

function decideForwards(view: SagaView, rules: readonly StepRule[], nowMs: number): Next {
  const step = view.steps.find((candidate) => !isSettled(candidate));
  if (!step) return { do: 'end', state: 'completed' };
  if (step.retryAtMs !== null && step.retryAtMs > nowMs) {
    return { do: 'rest', untilMs: step.retryAtMs };
  }
  const giveUp = { do: 'give_up', step: step.name, isCompensation: false } as const;
  if (step.state === 'waiting') {
    const most = rules.find(({ name }) => name === step.name)?.waitAtMostMs ?? 0;
    const isInVain = nowMs - (step.beganAtMs ?? nowMs) > most;
    return isInVain ? { ...giveUp, why: 'waiting' } : { do: 'act', step: step.name, isBegun: true };
  }
  if (step.attempts - step.failures >= crashesAtMost) return { ...giveUp, why: 'crashes' };
  return { do: 'act', step: step.name, isBegun: false };
}

/** A step that was begun has perhaps done something, whatever is known of its end. */
const isTouched = ({ state }: StepView): boolean => state !== 'pending' && state !== 'skipped';

function decideBackwards(view: SagaView, rules: readonly StepRule[], nowMs: number): Next {
  const made = view.steps.filter(
    (step) =>
      isTouched(step) && rules.some((rule) => rule.name === step.name && rule.canCompensate),
  );
  const step = made.findLast(({ compensation }) => !isOver(compensation));
  if (!step) {
    const isClean =
      made.length > 0 && made.every(({ compensation }) => compensation?.state === 'completed');
    return { do: 'end', state: isClean ? 'compensated' : 'failed' };
  }
  const { compensation } = step;
  if (compensation?.retryAtMs != null && compensation.retryAtMs > nowMs) {
    return { do: 'rest', untilMs: compensation.retryAtMs };
  }
  if (compensation && compensation.attempts - compensation.failures >= crashesAtMost) {
    return { do: 'give_up', step: step.name, why: 'crashes', isCompensation: true };
  }
  return { do: 'compensate', step: step.name };
}

const isOver = (compensation: CompensationView | null): boolean =>
  compensation?.state === 'completed' || compensation?.state === 'failed';

/**
 * Milliseconds until a fault is tried again, or null when it is the last: doubling, capped, up to
 * half taken off by chance. What the service asks for (Retry-After) is the least.
 */
export function retryInMs(
  { retry }: Pick<StepRule, 'retry'>,
  failuresBefore: number,
  error: Pick<HubError, 'retry' | 'afterMs'>,
  random: number,
): number | null {
  if (error.retry === 'never' || failuresBefore + 1 >= retry.attempts) return null;
  const doubled = Math.min(retry.firstMs * 2 ** Math.min(failuresBefore, 20), retry.mostMs);
  return Math.round(Math.max(doubled * (1 - random / 2), error.afterMs ?? 0));
}
