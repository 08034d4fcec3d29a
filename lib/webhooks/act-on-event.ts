import { metadataTags } from '#lib/connections/index';
import type { ParsedWebhook, RemoteRef, WebhookParser } from '#lib/connectors/protocol/index';
import type { Tx } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import { markTags } from '#lib/resilience/index';
import { type EventGroup, readBody } from './group-events.ts';
import type { ApplyOutcome, EventTarget, InboxPorts } from './inbox-ports.ts';
import type { EventToApply } from './inbox-store.ts';
import { joinOutcomes, unproven } from './join-outcomes.ts';

export interface ActDeps {
  findParser(connector: string): WebhookParser | null;
  ports: InboxPorts;
  log: Logger;
}

/** Within the caller's transaction: everything the events change, and what each of them came to. */
export async function actOnGroup(
  tx: Tx,
  deps: ActDeps,
  group: EventGroup,
): Promise<ApplyOutcome[]> {
  const [first] = group;
  if (!first) return [];
  if (!first.told) return [await actAlone(tx, deps, first.event)];
  const outcomes = await deps.ports.apply(
    tx,
    targetOf(first.event, first.told),
    group.map(({ event, told }) => ({ eventId: event.id, objects: told?.objects ?? [] })),
  );
  return outcomes.map((outcome, index) => tell(group[index]?.told?.summary ?? '', outcome));
}

async function actAlone(tx: Tx, deps: ActDeps, event: EventToApply): Promise<ApplyOutcome> {
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
  deps: ActDeps,
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
  const { objects } = parsed;
  const [seen] =
    objects.length > 0 ? await deps.ports.apply(tx, target, [{ eventId: event.id, objects }]) : [];
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
  deps: ActDeps,
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

const targetOf = (event: EventToApply, parsed: ParsedWebhook | null): EventTarget => ({
  workspaceId: event.workspaceId,
  connectionId: event.connectionId,
  connector: event.connector,
  resource: parsed?.resource ?? null,
  scopeKey: parsed?.scopeKey ?? null,
});

/** Has the objects of a dead event read from the service, so that what it told is not lost. */
export async function refetchDead(tx: Tx, deps: ActDeps, event: EventToApply): Promise<void> {
  const parsed = parseOrNull(deps, event);
  const all = parsed ? refsOf(parsed) : [];
  if (all.length > 0) await deps.ports.refetch(tx, targetOf(event, parsed), all);
}

/** Whatever made the event fail may be the parsing itself. */
function parseOrNull(deps: ActDeps, event: EventToApply): ParsedWebhook | null {
  try {
    return deps.findParser(event.connector)?.parse(event.event, readBody(event)) ?? null;
  } catch (error) {
    deps.log.warn('a dead event names no object to read again', { event_id: event.id, err: error });
    return null;
  }
}
