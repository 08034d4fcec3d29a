import { z } from 'zod';
import { type Clock, HubError, isHubError, type JsonObject, toHubError } from '#lib/core/index';
import { type Db, isUnavailable, type Tx, transaction } from '#lib/db/index';
import { counter, histogram } from '#lib/observability/index';
import { type ActDeps, actOnGroup, refetchDead } from './act-on-event.ts';
import { reasonOf } from './failure-reason.ts';
import { type EventGroup, groupEvents } from './group-events.ts';
import { afterFailure, maxAttempts, mayBecome } from './inbox-event-state.ts';
import type { ApplyOutcome } from './inbox-ports.ts';
import {
  type EventToApply,
  holdEvents,
  noteBegun,
  readEvents,
  type Settlement,
  settleEvents,
} from './inbox-store.ts';

export interface ApplyDeps extends ActDeps {
  db: Db;
  clock: Clock;
}

const payloadSchema = z.object({ workspace_id: z.uuid(), ids: z.array(z.uuid()).max(100) });
/** While PostgreSQL restarts the job waits for it rather than leave its events to their leases. */
const outageMs = 12_000;
const outageStepMs = 250;
/** The reason of an event that nobody survived. */
const workerLost = 'internal.worker_lost';
/** The column takes no more. */
const outcomeChars = 400;

const applied = counter('patchbay_inbox_events_total', 'Inbox events by outcome', ['outcome']);
const seconds = histogram('patchbay_inbox_apply_seconds', 'Applying one inbox event');

/**
 * The handler of the inbox queue. An event that cannot be applied never stops those behind it.
 * `deaths`: how many workers began these events and were not heard of again.
 */
export async function applyInboxEvents(
  deps: ApplyDeps,
  payload: JsonObject,
  signal: AbortSignal,
  deaths = 0,
): Promise<void> {
  const { workspace_id: workspaceId, ids } = payloadSchema.parse(payload);
  const insist = <T>(work: () => Promise<T>): Promise<T> => throughOutage(deps.clock, signal, work);
  const events = await insist(() => readEvents(deps.db, workspaceId, ids));
  const parserOf = (connector: string) =>
    deps.ports.isBound?.(connector) ? null : deps.findParser(connector);
  const groups = groupEvents(events, parserOf);
  // One of them may be what the workers died of: each for itself, and written down before it is begun.
  for (const group of deaths > 0 ? groups.flat().map((one) => [one]) : groups) {
    if (signal.aborted) return;
    const [first] = group;
    if (deaths > 0 && first && !(await insist(() => mayBeBegun(deps, first.event)))) continue;
    await insist(() => applyOrFail(deps, workspaceId, group));
  }
}

/** Counts an attempt whose end may never be heard of; the one after the last makes the event dead. */
async function mayBeBegun(deps: ApplyDeps, event: EventToApply): Promise<boolean> {
  const { clock, log } = deps;
  return transaction(deps.db, async (tx) => {
    const [held] = await holdEvents(tx, event.workspaceId, [event.id]);
    if (!held || !mayBecome(held.status, 'applied')) return false;
    const at = new Date(clock.now()).toISOString();
    if (held.attempts < maxAttempts) {
      await noteBegun(tx, event.workspaceId, event.id, {
        at,
        ms: 0,
        outcome: 'begun',
        message: 'After a worker was lost on the way.',
      });
      return true;
    }
    log.error('an inbox event is given up: the workers that applied it died', {
      event_id: event.id,
    });
    const message = 'Each worker that applied it was lost on the way.';
    const attempt = { at, ms: 0, outcome: 'dead', code: workerLost, message };
    await settleEvents(tx, event.workspaceId, [
      {
        eventId: event.id,
        status: 'dead',
        outcome: message,
        reason: workerLost,
        recordId: null,
        waitMs: null,
        attempt,
      },
    ]);
    applied.inc({ outcome: 'dead' });
    return false;
  });
}

/** One that fails takes only itself back: the others of its group are applied each for itself. */
async function applyOrFail(deps: ApplyDeps, workspaceId: string, group: EventGroup): Promise<void> {
  const failure = await applyGroup(deps, workspaceId, group);
  if (failure === null) return;
  const [first, ...others] = group;
  if (first && others.length === 0) {
    await settleFailure(deps, first.event, failure);
    return;
  }
  deps.log.info('events are applied each for itself', { count: group.length, err: failure.error });
  for (const one of group) await applyOrFail(deps, workspaceId, [one]);
}

/**
 * Applies the events of a group together, or nothing of them. Answers null when that is done, and
 * else why it could not be.
 */
async function applyGroup(
  deps: ApplyDeps,
  workspaceId: string,
  group: EventGroup,
): Promise<{ error: unknown; started: number } | null> {
  const started = deps.clock.now();
  try {
    const settlements = await transaction(deps.db, async (tx) => {
      const held = await holdGroup(tx, workspaceId, group);
      const outcomes = await actOnGroup(tx, deps, held);
      const settled = settle(held, outcomes, started, deps.clock);
      await settleEvents(tx, workspaceId, settled);
      return settled;
    });
    for (const { status, attempt } of settlements) {
      applied.inc({ outcome: status });
      seconds.observe(attempt.ms / 1_000);
    }
    return null;
  } catch (error) {
    if (isUnavailable(error)) throw error;
    return { error, started };
  }
}

/** Those of the group that nobody else has and that are still to be applied, locked. */
async function holdGroup(tx: Tx, workspaceId: string, group: EventGroup): Promise<EventGroup> {
  const ids = group.map(({ event }) => event.id);
  const locked = await holdEvents(tx, workspaceId, ids);
  const free = new Set(
    locked.filter(({ status }) => mayBecome(status, 'applied')).map(({ id }) => id),
  );
  return group.filter(({ event }) => free.has(event.id));
}

function settle(
  group: EventGroup,
  outcomes: readonly ApplyOutcome[],
  started: number,
  clock: Clock,
): Settlement[] {
  return group.flatMap(({ event }, index) => {
    const outcome = outcomes[index];
    return outcome ? [settled(event.id, outcome, started, clock)] : [];
  });
}

function settled(
  eventId: string,
  outcome: ApplyOutcome,
  started: number,
  clock: Clock,
): Settlement {
  const text = (outcome.kind === 'applied' ? outcome.summary : outcome.reason).slice(
    0,
    outcomeChars,
  );
  return {
    eventId,
    status: outcome.kind,
    outcome: text,
    reason: null,
    recordId: outcome.kind === 'applied' ? (outcome.recordIds[0] ?? null) : null,
    waitMs: null,
    attempt: {
      at: new Date(started).toISOString(),
      ms: clock.now() - started,
      outcome: outcome.kind,
      message: text,
    },
  };
}

/**
 * A transaction of its own, because the failed one took its writes along. The last failure makes the
 * event dead and has its objects read from the service again, so that what it told is not lost.
 */
async function settleFailure(
  deps: ApplyDeps,
  event: EventToApply,
  { error, started }: { error: unknown; started: number },
): Promise<void> {
  const fault = isHubError(error) ? error : toHubError(error);
  const reason = isHubError(error) ? error.message : messageOf(error);
  deps.log.warn('an inbox event could not be applied', { event_id: event.id, err: error });
  await transaction(deps.db, async (tx) => {
    const [held] = await holdEvents(tx, event.workspaceId, [event.id]);
    if (!held || !mayBecome(held.status, 'failed')) return;
    const next = afterFailure(held.attempts + 1, deps.clock.random());
    const failure: Settlement = {
      eventId: event.id,
      status: next.status,
      outcome: reason,
      reason: reasonOf(error, fault.code),
      recordId: null,
      waitMs: next.status === 'failed' ? next.waitMs : null,
      attempt: {
        at: new Date(started).toISOString(),
        ms: deps.clock.now() - started,
        outcome: next.status,
        code: fault.code,
        message: reason.slice(0, outcomeChars),
      },
    };
    await settleEvents(tx, event.workspaceId, [failure]);
    applied.inc({ outcome: next.status });
    if (next.status === 'dead') await refetchDead(tx, deps, event);
  });
}

const messageOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.name}: ${error.message}`
    : new HubError('internal.unexpected').message;

async function throughOutage<T>(
  clock: Clock,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const deadline = clock.now() + outageMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error) || signal.aborted || clock.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, outageStepMs));
    }
  }
}
