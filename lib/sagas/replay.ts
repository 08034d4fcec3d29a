import type { JsonObject } from '#lib/core/index';
import type { StoredEvent } from './saga-events.ts';
import type { compensationStates, SagaState, stepStates } from './schema.ts';

interface Fault {
  code: string;
  message: string;
}

export interface CompensationView {
  state: (typeof compensationStates)[number];
  attempts: number;
  failures: number;
  note: string | null;
  error: Fault | null;
  beganAtMs: number | null;
  endedAtMs: number | null;
  retryAtMs: number | null;
}

export interface StepView {
  name: string;
  state: (typeof stepStates)[number];
  /** Times it was begun, and times it said that it had failed; the rest were ended by a crash. */
  attempts: number;
  failures: number;
  output: JsonObject | null;
  note: string | null;
  error: Fault | null;
  /** First beginning. */
  beganAtMs: number | null;
  endedAtMs: number | null;
  retryAtMs: number | null;
  compensation: CompensationView | null;
}

export interface SagaView {
  state: SagaState;
  input: JsonObject;
  steps: StepView[];
}

/**
 * A saga from its events and nothing else. Pure and total: an event about a step the saga does not
 * have changes nothing, and nothing follows the end.
 */
export const replay = (events: readonly StoredEvent[]): SagaView =>
  events.reduce(apply, { state: 'pending', input: {}, steps: [] });

function apply(view: SagaView, event: StoredEvent): SagaView {
  if (view.state === 'completed' || view.state === 'failed' || view.state === 'compensated') {
    return view;
  }
  switch (event.type) {
    case 'started':
      return { ...view, input: event.input, steps: event.steps.map(untouched) };
    case 'ended':
      return { ...view, state: event.state, steps: view.steps.map(skipUnlessBegun) };
    case 'step_began':
    case 'step_waiting':
    case 'step_completed':
    case 'step_failed':
      return applyToStep(view, event);
    case 'compensation_began':
    case 'compensation_completed':
    case 'compensation_failed':
      return change(view, event.step, (step) => ({
        ...step,
        compensation: compensated(step.compensation, event),
      }));
  }
}

type StepEvent = Extract<
  StoredEvent,
  { type: 'step_began' | 'step_waiting' | 'step_completed' | 'step_failed' }
>;

function applyToStep(view: SagaView, event: StepEvent): SagaView {
  if (view.state === 'compensating') return view;
  const running: SagaView = { ...view, state: 'running' };
  switch (event.type) {
    case 'step_began':
      return change(running, event.step, (step) => ({
        ...step,
        state: 'running',
        attempts: step.attempts + 1,
        beganAtMs: step.beganAtMs ?? event.atMs,
        retryAtMs: null,
      }));
    case 'step_waiting':
      return change(running, event.step, (step) => ({
        ...step,
        state: 'waiting',
        note: event.note,
        error: null,
      }));
    case 'step_completed': {
      const done = change(running, event.step, (step) => ({
        ...step,
        state: 'completed',
        output: event.output,
        note: event.note,
        error: null,
        beganAtMs: step.beganAtMs ?? event.atMs,
        endedAtMs: event.atMs,
      }));
      return event.isLast ? { ...done, steps: done.steps.map(skipUnlessBegun) } : done;
    }
    case 'step_failed': {
      const isOver = event.fate !== 'retry';
      const failed = change(running, event.step, (step) => ({
        ...step,
        state: isOver ? 'failed' : 'running',
        failures: step.failures + 1,
        error: event.error,
        note: null,
        endedAtMs: isOver ? event.atMs : null,
        retryAtMs: event.retryInMs === null ? null : event.atMs + event.retryInMs,
      }));
      return event.fate === 'compensate' ? { ...failed, state: 'compensating' } : failed;
    }
  }
}

type CompensationEvent = Extract<
  StoredEvent,
  { type: 'compensation_began' | 'compensation_completed' | 'compensation_failed' }
>;

function compensated(before: CompensationView | null, event: CompensationEvent): CompensationView {
  const view: CompensationView = before ?? {
    state: 'running',
    attempts: 0,
    failures: 0,
    note: null,
    error: null,
    beganAtMs: event.atMs,
    endedAtMs: null,
    retryAtMs: null,
  };
  switch (event.type) {
    case 'compensation_began':
      return { ...view, state: 'running', attempts: view.attempts + 1, retryAtMs: null };
    case 'compensation_completed':
      return { ...view, state: 'completed', note: event.note, error: null, endedAtMs: event.atMs };
    case 'compensation_failed': {
      const isOver = event.retryInMs === null;
      return {
        ...view,
        state: isOver ? 'failed' : 'running',
        failures: view.failures + 1,
        error: event.error,
        endedAtMs: isOver ? event.atMs : null,
        retryAtMs: event.retryInMs === null ? null : event.atMs + event.retryInMs,
      };
    }
  }
}

const change = (view: SagaView, name: string, to: (step: StepView) => StepView): SagaView => ({
  ...view,
  steps: view.steps.map((step) => (step.name === name ? to(step) : step)),
});

const skipUnlessBegun = (step: StepView): StepView =>
  step.state === 'pending' ? { ...step, state: 'skipped' } : step;

const untouched = (name: string): StepView => ({
  name,
  state: 'pending',
  attempts: 0,
  failures: 0,
  output: null,
  note: null,
  error: null,
  beganAtMs: null,
  endedAtMs: null,
  retryAtMs: null,
  compensation: null,
});
