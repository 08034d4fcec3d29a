import { z } from 'zod';
import { metadataTags } from '#lib/connections/index';
import type {
  ParsedWebhook,
  RemoteObject,
  RemoteRef,
  WebhookParser,
} from '#lib/connectors/protocol/index';
import { type Clock, HubError, isHubError, type JsonObject, toHubError } from '#lib/core/index';
import { type Db, isUnavailable, type Tx, transaction } from '#lib/db/index';
import { counter, histogram, type Logger } from '#lib/observability/index';
import { markTags } from '#lib/resilience/index';
import { reasonOf } from './failure-reason.ts';
import { joinOutcomes, unproven } from './join-outcomes.ts';
import { afterFailure, mayBecome } from './inbox-event-state.ts';
import { type EventToApply, lockEvent, type Settlement, settleEvent } from './inbox-store.ts';

/** Where an event's objects belong. */
export interface EventTarget {
  workspaceId: string;
  connectionId: string;
  connector: string;
  inboxEventId: string;
  resource: string | null;
  scopeKey: string | null;
}

export type ApplyOutcome =
  | { kind: 'applied'; summary: string; recordIds: readonly string[] }
  /** Nothing here wants it, e.g. no stream follows that repository. */
  | { kind: 'ignored'; reason: string };

/** What webhooks needs of rooms it may not enter; hub binds it. */
export interface InboxPorts {
  /** Writes records, links and change log in the given transaction. */
  apply(tx: Tx, target: EventTarget, objects: readonly RemoteObject[]): Promise<ApplyOutcome>;
  /**
   * Leaves a note, in the given transaction, that these objects are to be read again. A ref with an
   * empty scope belongs to the stream that `target.scopeKey` names.
   */
  refetch(tx: Tx, target: EventTarget, refs: readonly RemoteRef[]): Promise<void>;
  /** One parser for each stream, where it is the streams that say what an event means; else null. */
  bindParsers?(
    tx: Tx,
    event: Pick<EventToApply, 'id' | 'workspaceId' | 'connectionId' | 'connector'>,
  ): Promise<readonly WebhookParser[] | null>;
}

export interface ApplyDeps {
  db: Db;
  findParser(connector: string): WebhookParser | null;
  ports: InboxPorts;
  clock: Clock;
  log: Logger;
}

const payloadSchema = z.object({ workspace_id: z.uuid(), ids: z.array(z.uuid()).max(100) });
/** While PostgreSQL restarts the job waits for it rather than leave its events to their leases. */
const outageMs = 12_000;
const outageStepMs = 250;
/** The column takes no more. */
const outcomeChars = 400;

const applied = counter('patchbay_inbox_events_total', 'Inbox events by outcome', ['outcome']);
const seconds = histogram('patchbay_inbox_apply_seconds', 'Applying one inbox event');

/** The handler of the inbox queue. An event that cannot be applied never stops those behind it. */
export async function applyInboxEvents(
  deps: ApplyDeps,
  payload: JsonObject,
  signal: AbortSignal,
): Promise<void> {
  const { workspace_id: workspaceId, ids } = payloadSchema.parse(payload);
  for (const eventId of ids) {
    if (signal.aborted) return;
    await throughOutage(deps.clock, signal, () => applyOne(deps, { workspaceId, eventId }));
  }
}

interface At {
  workspaceId: string;
  eventId: string;
}

async function applyOne(deps: ApplyDeps, at: At): Promise<void> {
  const started = deps.clock.now();
  try {
    const settlement = await transaction(deps.db, async (tx) => {
      const event = await lockEvent(tx, at);
      if (!event || !mayBecome(event.status, 'applied')) return null;
      const outcome = await act(tx, deps, event);
      const done = settled(outcome, started, deps.clock);
      await settleEvent(tx, at, done);
      return done;
    });
    if (!settlement) return;
    applied.inc({ outcome: settlement.status });
    seconds.observe(settlement.attempt.ms / 1_000);
  } catch (error) {
    if (isUnavailable(error)) throw error;
    await settleFailure(deps, at, error, started);
  }
}

/** Within the caller's transaction: everything the event changes, and what it came to. */
async function act(tx: Tx, deps: ApplyDeps, event: EventToApply): Promise<ApplyOutcome> {
  const bound = await deps.ports.bindParsers?.(tx, event);
  if (bound && event.verdict === 'unverified') return unproven;
  if (bound && bound.length > 0) {
    return joinOutcomes(bound, (parser) => actBy(tx, deps, event, parser));
  }
  const parser = deps.findParser(event.connector);
  if (!parser) return { kind: 'ignored', reason: `There is no connector ${event.connector} here.` };
  return actBy(tx, deps, event, parser);
}

async function actBy(
  tx: Tx,
  deps: ApplyDeps,
  event: EventToApply,
  parser: WebhookParser,
): Promise<ApplyOutcome> {
  const parsed = parser.parse(event.event, readBody(event));
  if (parsed.stale)
    await markTags(tx, event.workspaceId, metadataTags(event.connectionId, parsed.stale));
  if (parsed.kind === 'ping')
    return { kind: 'applied', summary: parsed.summary || 'ping', recordIds: [] };
  if (parsed.kind === 'unknown') return { kind: 'ignored', reason: parsed.summary };
  const target = targetOf(event, parsed);
  if (event.verdict === 'unverified') return takeAsHint(tx, deps, target, parsed);
  const seen =
    parsed.objects.length > 0 ? await deps.ports.apply(tx, target, parsed.objects) : null;
  // Afterwards, so that an object that was new has its link.
  if (parsed.refetch.length > 0) await deps.ports.refetch(tx, target, parsed.refetch);
  if (seen) return tell(parsed.summary, seen);
  return parsed.refetch.length > 0
    ? { kind: 'applied', summary: `reading again: ${parsed.summary}`, recordIds: [] }
    : { kind: 'ignored', reason: parsed.summary };
}

/** Nobody signed it, so nothing it says is believed but that there is something to be read. */
async function takeAsHint(
  tx: Tx,
  deps: ApplyDeps,
  target: EventTarget,
  parsed: ParsedWebhook,
): Promise<ApplyOutcome> {
  const refs = refsOf(parsed);
  if (refs.length === 0) return { kind: 'ignored', reason: `not signed: ${parsed.summary}` };
  await deps.ports.refetch(tx, target, refs);
  return { kind: 'applied', summary: `not signed, reading: ${parsed.summary}`, recordIds: [] };
}

/** Everything an event is about, to be read at the service. */
const refsOf = (parsed: ParsedWebhook): RemoteRef[] => [
  ...parsed.objects.map(({ externalId, externalKey }) => ({ externalId, externalKey, scope: {} })),
  ...parsed.refetch,
];

/** First what the service told, then what came of it here. */
function tell(told: string, outcome: ApplyOutcome): ApplyOutcome {
  const join = (came: string) => (told ? `${told}; ${came}` : came);
  return outcome.kind === 'applied'
    ? { ...outcome, summary: join(outcome.summary) }
    : { ...outcome, reason: join(outcome.reason) };
}

const readBody = (event: EventToApply): JsonObject =>
  JSON.parse(event.body.toString('utf8')) as JsonObject;

const targetOf = (event: EventToApply, parsed: ParsedWebhook | null): EventTarget => ({
  workspaceId: event.workspaceId,
  connectionId: event.connectionId,
  connector: event.connector,
  inboxEventId: event.id,
  resource: parsed?.resource ?? null,
  scopeKey: parsed?.scopeKey ?? null,
});

function settled(outcome: ApplyOutcome, started: number, clock: Clock): Settlement {
  const text = (outcome.kind === 'applied' ? outcome.summary : outcome.reason).slice(
    0,
    outcomeChars,
  );
  return {
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
  at: At,
  error: unknown,
  started: number,
): Promise<void> {
  const fault = isHubError(error) ? error : toHubError(error);
  const reason = isHubError(error) ? error.message : messageOf(error);
  deps.log.warn('an inbox event could not be applied', { event_id: at.eventId, err: error });
  await transaction(deps.db, async (tx) => {
    const event = await lockEvent(tx, at);
    if (!event || !mayBecome(event.status, 'failed')) return;
    const next = afterFailure(event.attempts + 1, deps.clock.random());
    await settleEvent(tx, at, {
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
        message: reason.slice(0, 400),
      },
    });
    applied.inc({ outcome: next.status });
    if (next.status === 'dead') await refetchDead(tx, deps, event);
  });
}

async function refetchDead(tx: Tx, deps: ApplyDeps, event: EventToApply): Promise<void> {
  const parsed = parseOrNull(deps, event);
  const all = parsed ? refsOf(parsed) : [];
  if (all.length > 0) await deps.ports.refetch(tx, targetOf(event, parsed), all);
}

/** Whatever made the event fail may be the parsing itself. */
function parseOrNull(deps: ApplyDeps, event: EventToApply): ParsedWebhook | null {
  try {
    return deps.findParser(event.connector)?.parse(event.event, readBody(event)) ?? null;
  } catch (error) {
    deps.log.warn('a dead event names no object to read again', { event_id: event.id, err: error });
    return null;
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.name}: ${error.message}`
    : new HubError('internal.unexpected').message;

async function throughOutage(
  clock: Clock,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
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
