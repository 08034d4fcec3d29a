import { HubError } from '#lib/core/index';
import type { Next } from './decide.ts';
import { retryInMs } from './decide.ts';
import { ruleOf, type SagaStep, type StepContext, type StepResult } from './definition.ts';
import { append, appendEvents, type HeldWork } from './held-work.ts';
import type { SagaView } from './replay.ts';
import type { SagaEvent } from './saga-events.ts';

export interface HeldStep {
  work: HeldWork;
  /** The saga as it was when the step was chosen. */
  view: SagaView;
  step: SagaStep;
  signal: AbortSignal;
}

/** One try of a step. Answers how long to rest when it waits for something, else null. */
export async function performStep(held: HeldStep, isBegun: boolean): Promise<number | null> {
  const { work, step } = held;
  const name = step.name;
  const began: SagaEvent[] = isBegun ? [] : [{ type: 'step_began', step: name }];
  if ('write' in step) {
    return append(work, async (tx) => {
      const result = await step.write(tx, contextOf(held));
      return { events: [...began, ...tell(held, result)], answer: restOf(result) };
    });
  }
  if (began.length > 0) await appendEvents(work, began);
  const result = await inTime(held, (context) => step.act(context));
  const events = tell(held, result);
  if (events.length > 0) await appendEvents(work, events);
  return restOf(result);
}

/** One try of taking a step back. */
export async function compensateStep(held: HeldStep): Promise<void> {
  const { work, step } = held;
  await appendEvents(work, [{ type: 'compensation_began', step: step.name }]);
  const result = await inTime(held, async (context) => step.compensate?.(context));
  await appendEvents(work, [
    { type: 'compensation_completed', step: step.name, note: result?.note ?? null },
  ]);
}

/** What is written down of a fault: whether it is tried again, and what follows when it is not. */
export function failureEvent(
  step: SagaStep,
  fault: HubError,
  facts: { failures: number; isCompensation: boolean; random: number },
): SagaEvent {
  const error = { code: fault.code, message: fault.message.slice(0, messageChars) };
  const retry = retryInMs(ruleOf(step), facts.failures, fault, facts.random);
  if (facts.isCompensation) {
    return { type: 'compensation_failed', step: step.name, error, retryInMs: retry };
  }
  const fate = retry === null ? step.onFailure : 'retry';
  return { type: 'step_failed', step: step.name, error, fate, retryInMs: retry };
}

const messageChars = 1_000;

/** The event of a step that is not begun again. */
export function giveUpEvent(
  step: SagaStep | undefined,
  { step: name, why, isCompensation }: Extract<Next, { do: 'give_up' }>,
): SagaEvent {
  const error =
    why === 'waiting'
      ? { code: 'commands.timeout', message: 'What it waited for did not come in time.' }
      : { code: 'internal.unexpected', message: 'It was begun many times and never ended.' };
  return isCompensation
    ? { type: 'compensation_failed', step: name, error, retryInMs: null }
    : {
        type: 'step_failed',
        step: name,
        error,
        fate: step?.onFailure ?? 'compensate',
        retryInMs: null,
      };
}

function contextOf({ work, view, step, signal }: HeldStep): StepContext {
  const { saga } = work;
  const here = view.steps.find(({ name }) => name === step.name);
  const outputs = view.steps.flatMap(({ name, output }) => (output ? [[name, output]] : []));
  const faults = view.steps.flatMap(({ name, state, error }) =>
    state === 'failed' && error ? [[name, error]] : [],
  );
  return {
    workspaceId: saga.workspace_id,
    connectionId: saga.connection_id,
    sagaId: saga.id,
    subject: saga.subject,
    requestedBy: saga.requested_by,
    input: view.input,
    outputs: Object.fromEntries(outputs) as StepContext['outputs'],
    faults: Object.fromEntries(faults) as StepContext['faults'],
    output: here?.output ?? null,
    attempt: (here?.attempts ?? 0) + (here?.state === 'waiting' ? 0 : 1),
    key: `${saga.id}:${step.name}`,
    signal,
  };
}

/** Ends with the timeout also when the work does not listen to its signal. */
async function inTime<T>(held: HeldStep, work: (context: StepContext) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const signal = AbortSignal.any([held.signal, late.signal]);
  const over = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => over.reject(signal.reason as Error), { once: true });
  const timer = setTimeout(() => {
    const message = `It took longer than ${held.step.timeoutMs / 1000} s.`;
    late.abort(new HubError('commands.timeout', message, { retry: 'later' }));
  }, held.step.timeoutMs);
  try {
    return await Promise.race([work(contextOf({ ...held, signal })), over.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const restOf = (result: StepResult): number | null => ('waitMs' in result ? result.waitMs : null);

/** A step that goes on waiting for the same is no news. */
function tell({ view, step }: HeldStep, result: StepResult): SagaEvent[] {
  const note = result.note ?? null;
  if ('waitMs' in result) {
    const seen = view.steps.find(({ name }) => name === step.name);
    const isKnown = seen?.state === 'waiting' && seen.note === note;
    return isKnown ? [] : [{ type: 'step_waiting', step: step.name, note }];
  }
  const { output = {}, isLast = false } = result;
  return [{ type: 'step_completed', step: step.name, output, note, isLast }];
}
