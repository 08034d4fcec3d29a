import { z } from 'zod';
import { HubError, type JsonObject, toHubError } from '#lib/core/index';
import { isUnavailable } from '#lib/db/index';
import { captureError, counter } from '#lib/observability/index';
import { decide, type Next } from './decide.ts';
import { ruleOf } from './definition.ts';
import { appendEvents, type HeldWork, type SagaDeps, SagaLost } from './held-work.ts';
import { replay, type SagaView } from './replay.ts';
import {
  compensateStep,
  failureEvent,
  giveUpEvent,
  type HeldStep,
  performStep,
} from './run-step.ts';
import { extendLease, releaseSaga, selectEvents, takeSaga } from './store.ts';

const jobSchema = z.object({
  workspaceId: z.uuid(),
  sagaId: z.uuid(),
  epoch: z.number().int(),
});
const beatMs = 4_000;
/** A job of the queue is short: after this long the saga gives way and is due again at once. */
const sliceMs = 20_000;

/** skipped: somebody else has it. lost: somebody else has it by now. resting: due again later. */
export type SagaOutcome = 'skipped' | 'lost' | 'resting' | 'ended';

const ended = counter('patchbay_sagas_total', 'Sagas by kind and end', ['kind', 'state']);

/**
 * The handler of the saga queue: decides from the events, acts, writes down what came of it, until
 * there is nothing to do for now. Whatever dies here is gone on with by whoever takes it next.
 */
export async function workSaga(
  deps: SagaDeps,
  payload: JsonObject,
  signal: AbortSignal,
): Promise<SagaOutcome> {
  const saga = await takeSaga(deps.db, jobSchema.parse(payload));
  if (!saga) return 'skipped';
  const held = { workspaceId: saga.workspace_id, id: saga.id, epoch: saga.epoch };
  const lost = new AbortController();
  const beat = setInterval(() => {
    extendLease(deps.db, held).then(
      (isOurs) => isOurs || lost.abort(new SagaLost()),
      (error: unknown) => deps.log.debug('the lease of a saga was not extended', { err: error }),
    );
  }, beatMs);
  try {
    const events = await selectEvents(deps.db, saga.workspace_id, [saga.id]);
    const work: HeldWork = {
      deps,
      saga,
      steps: deps.definitions[saga.kind]?.steps ?? [],
      events: events.get(saga.id) ?? [],
      nowMs: Date.parse(saga.now),
    };
    const restMs = await goOn(work, AbortSignal.any([signal, lost.signal]));
    if (restMs === null) return 'ended';
    await releaseSaga(deps.db, held, restMs);
    return 'resting';
  } catch (error) {
    if (error instanceof SagaLost || lost.signal.aborted) return 'lost';
    // A stopping worker, or PostgreSQL restarting: the next one goes on from the events.
    if (!signal.aborted) throw error;
    await releaseSaga(deps.db, held, 0);
    return 'resting';
  } finally {
    clearInterval(beat);
  }
}

/** Milliseconds to rest, or null when the saga has ended. */
async function goOn(work: HeldWork, signal: AbortSignal): Promise<number | null> {
  const rules = work.steps.map(ruleOf);
  const started = work.nowMs;
  for (;;) {
    signal.throwIfAborted();
    const view = replay(work.events);
    const next = decide(view, rules, work.nowMs);
    switch (next.do) {
      case 'nothing':
        return null;
      case 'rest':
        return next.untilMs - work.nowMs;
      case 'end':
        await appendEvents(work, [{ type: 'ended', state: next.state }]);
        ended.inc({ kind: work.saga.kind, state: next.state });
        return null;
      case 'give_up':
        await appendEvents(work, [giveUpEvent(stepOf(work, next.step), next)]);
        break;
      case 'act':
      case 'compensate': {
        const restMs = await takeStep(work, view, next, signal);
        if (restMs !== null) return restMs;
      }
    }
    if (work.nowMs - started > sliceMs) return 0;
  }
}

async function takeStep(
  work: HeldWork,
  view: SagaView,
  next: Extract<Next, { do: 'act' | 'compensate' }>,
  signal: AbortSignal,
): Promise<number | null> {
  const step = stepOf(work, next.step);
  if (!step) {
    // Of another release: it stays as it is and says so, until one comes that knows the step.
    throw new HubError('internal.unexpected', `No definition of ${work.saga.kind}.${next.step}.`);
  }
  const held: HeldStep = { work, view, step, signal };
  try {
    if (next.do === 'act') return await performStep(held, next.isBegun);
    await compensateStep(held);
    return null;
  } catch (error) {
    if (error instanceof SagaLost || signal.aborted || isUnavailable(error)) throw error;
    const fault = toHubError(error);
    if (fault.code === 'internal.unexpected') {
      captureError(work.deps.log, error, `The step ${work.saga.kind}.${step.name} met a fault`);
    }
    await noteFailure(held, fault, next.do === 'compensate');
    return null;
  }
}

async function noteFailure(
  held: HeldStep,
  fault: HubError,
  isCompensation: boolean,
): Promise<void> {
  const { work, step } = held;
  const seen = replay(work.events).steps.find(({ name }) => name === step.name);
  const failures = (isCompensation ? seen?.compensation?.failures : seen?.failures) ?? 0;
  await appendEvents(work, [
    failureEvent(step, fault, { failures, isCompensation, random: work.deps.clock.random() }),
  ]);
}

const stepOf = (work: HeldWork, step: string) => work.steps.find(({ name }) => name === step);
