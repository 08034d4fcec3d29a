import type { ParsedWebhook, WebhookParser } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import type { EventToApply } from './inbox-store.ts';

/** Told: what the event says, where that is nothing but the states of objects of one stream. */
export interface GroupedEvent {
  event: EventToApply;
  told: ParsedWebhook | null;
}

/** Events that are applied in one transaction. */
export type EventGroup = readonly GroupedEvent[];

export const readBody = (event: EventToApply): JsonObject =>
  JSON.parse(event.body.toString('utf8')) as JsonObject;

/**
 * Neighbours of one stream that tell of different objects share a transaction, so that a burst costs
 * a few statements and not a few for each of its events. Whatever else an event asks for, it is
 * applied by itself, after those before it. Events of one object never share a transaction: each of
 * its states is a step in the log. Pure.
 */
export function groupEvents(
  events: readonly EventToApply[],
  findParser: (connector: string) => WebhookParser | null,
): EventGroup[] {
  const groups: GroupedEvent[][] = [];
  const open = new Map<string, { group: GroupedEvent[]; objects: Set<string> }>();
  for (const event of events) {
    const told = readTold(event, findParser(event.connector));
    if (!told) {
      groups.push([{ event, told }]);
      open.clear();
      continue;
    }
    const stream = JSON.stringify([event.connectionId, told.resource, told.scopeKey]);
    const ids = told.objects.map(({ externalId }) => externalId);
    const fitting = open.get(stream);
    if (fitting && !ids.some((id) => fitting.objects.has(id))) {
      fitting.group.push({ event, told });
      for (const id of ids) fitting.objects.add(id);
    } else {
      const group = [{ event, told }];
      groups.push(group);
      open.set(stream, { group, objects: new Set(ids) });
    }
  }
  return groups;
}

/** What cannot be parsed says why when it is applied by itself. */
function readTold(event: EventToApply, parser: WebhookParser | null): ParsedWebhook | null {
  if (!parser || event.verdict === 'unverified') return null;
  try {
    const parsed = parser.parse(event.event, readBody(event));
    const isTold =
      parsed.kind === 'apply' &&
      parsed.resource !== null &&
      parsed.scopeKey !== null &&
      parsed.objects.length > 0 &&
      parsed.refetch.length === 0 &&
      !parsed.stale;
    return isTold ? parsed : null;
  } catch {
    return null;
  }
}
