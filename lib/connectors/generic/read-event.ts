import type {
  DefinedAt,
  ParsedWebhook,
  RemoteObject,
  WebhookParser,
} from '#lib/connectors/protocol/index';
import type { Json } from '#lib/core/index';
import { kindOf } from './definition.ts';
import { type EventDefinition, readEventDefinition } from './event-definition.ts';
import { atPath } from './json-path.ts';
import { fromObject } from './map.ts';

/** Objects one event may carry; the inbox keeps the event whole. */
const mostObjects = 1_000;

/** Reads events as one stream's definition says. An event that is not the stream's is `unknown`. */
export function bindEvents(
  { resource, scopeKey, scope }: DefinedAt,
  receivedMs: number,
): WebhookParser {
  const definition = readEventDefinition(scope);
  return {
    parse: (event, payload) => {
      const parsed = parseEvent(definition, resource, { event, payload, receivedMs });
      return { ...parsed, scopeKey };
    },
  };
}

interface Come {
  event: string;
  payload: Json;
  receivedMs: number;
}

function parseEvent(definition: EventDefinition, resource: string, come: Come): ParsedWebhook {
  const { title, events, items } = definition;
  const none = (summary: string): ParsedWebhook => ({
    kind: 'unknown',
    action: null,
    resource,
    scopeKey: null,
    objects: [],
    refetch: [],
    summary,
  });
  if (events.length > 0 && !events.includes(come.event)) {
    return none(`${title} does not read ${come.event}`);
  }
  const found = atPath(come.payload, items);
  if (found === undefined || found === null) {
    return none(`${title}: there is nothing at ${items}`);
  }
  const list = Array.isArray(found) ? found : [found];
  if (list.length > mostObjects) {
    return none(`${title}: ${list.length} objects in one event; at most ${mostObjects} are read`);
  }
  const objects: RemoteObject[] = [];
  let fault: string | null = null;
  for (const item of list) {
    const mapped = fromObject(kindOf(resource), definition, item, come.receivedMs);
    if (mapped.is === 'fault') fault ??= mapped.fault.message;
    else objects.push({ ...mapped.object, deleted: isDeleted(definition, come.event, item) });
  }
  if (objects.length === 0) return none(`${title}: ${fault ?? 'the list is empty'}`);
  const summary = fault === null ? come.event : `${come.event}; of some objects: ${fault}`;
  return { ...none(summary), kind: 'apply', objects };
}

function isDeleted({ deleted }: EventDefinition, event: string, item: Json): boolean {
  if (deleted === null) return false;
  if (deleted.by === 'event') return deleted.names.includes(event);
  const value = atPath(item, deleted.path);
  return value !== undefined && value !== null && typeof value !== 'object'
    ? String(value) === deleted.equals
    : false;
}
