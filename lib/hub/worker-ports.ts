import { type ConnectionDeps, openConnection } from '#lib/connections/index';
import type { Tx } from '#lib/db/index';
import {
  findHolder,
  findStream,
  observeObjects,
  requestReading,
  type SeenObject,
  type SyncDeps,
} from '#lib/sync/index';
import {
  type ApplyOutcome,
  type EndpointDeps,
  type EventTarget,
  ensureEndpoint,
  type InboxPorts,
  type ToldEvent,
} from '#lib/webhooks/index';
import { bindParsers } from './bound-parsers.ts';
import { connectorRules } from './connector-rules.ts';
import { connectors } from './connectors.ts';

/** The stream an event belongs to; null when nobody follows that scope. */
async function streamOf(tx: Tx, target: EventTarget) {
  const { resource, scopeKey } = target;
  if (resource === null || scopeKey === null) return null;
  return findStream(tx, { ...target, resource, scopeKey });
}

/** Objects that were moved to where nobody looks are still known to the stream they have left. */
async function holderOf(tx: Tx, target: EventTarget, events: readonly ToldEvent[]) {
  const { workspaceId, connectionId, resource } = target;
  const moved = events.flatMap(({ objects }) =>
    objects.flatMap(({ externalId, scopeKey }) => (scopeKey === undefined ? [] : [externalId])),
  );
  if (resource === null || moved.length === 0) return null;
  return findHolder(tx, { workspaceId, connectionId, resource, externalIds: moved });
}

/** What came of an event's objects, in a few words; an event carries one object, mostly. */
function tellObjects(objects: readonly SeenObject[]): string {
  const some = (of: (object: SeenObject) => boolean): boolean => objects.some(of);
  const isEcho = some((object) => object.isEcho);
  const parts = [
    some(({ came }) => came === 'created') && 'new record',
    some(({ came }) => came === 'updated') && 'record updated',
    some(({ conflicts }) => conflicts > 0) && 'changed on both sides',
    isEcho && 'echo of our own edit, nothing to do',
    !isEcho && some(({ came }) => came === 'unchanged') && 'already known, nothing to do',
    !isEcho && some(({ came }) => came === 'stale') && 'older than what is known, left out',
  ];
  return parts.filter(Boolean).join(', ') || 'nothing to do';
}

const eventsByObject = (events: readonly ToldEvent[]): Map<string, string> =>
  new Map(
    events.flatMap(({ eventId, objects }) =>
      objects.map(({ externalId }) => [externalId, eventId] as const),
    ),
  );

const allIgnored = (events: readonly unknown[], reason: string): ApplyOutcome[] =>
  events.map(() => ({ kind: 'ignored', reason }));

/** What webhooks does with events' objects: sync observes them in the events' transaction. */
export const inboxPorts: InboxPorts = {
  bindParsers,
  isBound: (connector) => connectors.get(connector)?.bindWebhook !== undefined,
  apply: async (tx, target, events) => {
    const stream = (await streamOf(tx, target)) ?? (await holderOf(tx, target, events));
    if (!stream) return allIgnored(events, `No stream follows ${target.scopeKey ?? 'this'}.`);
    const seen = await observeObjects(tx, {
      workspaceId: target.workspaceId,
      connectionId: target.connectionId,
      streamId: stream.id,
      kind: stream.kind,
      objects: events.flatMap(({ objects }) => objects),
      source: { type: 'webhook', inboxEvents: eventsByObject(events) },
      writable: connectorRules.writableFields(target.connector, stream.resource),
    });
    if (seen.skipped > 0) {
      return allIgnored(events, 'The stream is paused; resuming it catches up.');
    }
    return events.map(({ objects }) => {
      const ids = new Set(objects.map(({ externalId }) => externalId));
      const own = [...ids].flatMap((id) => seen.objects.get(id) ?? []);
      const recordIds = own.flatMap(({ recordId }) => recordId ?? []);
      return { kind: 'applied', summary: tellObjects(own), recordIds };
    });
  },
  refetch: async (tx, target, refs) => {
    const stream = await streamOf(tx, target);
    if (!stream) return;
    await requestReading(tx, {
      workspaceId: target.workspaceId,
      connectionId: target.connectionId,
      streamId: stream.id,
      kind: stream.kind,
      refs,
    });
  },
};

/** Webhook registration calls providers through connections, also while disconnecting. */
export function endpointDeps(
  deps: ConnectionDeps,
  gateway: { sealKey: string; publicUrl: string | undefined; port: number },
): EndpointDeps {
  return {
    db: deps.db,
    connect: async (at, { signal, isEnding }) => {
      const opened = await openConnection(deps, at, {
        lane: 'edit',
        signal,
        allowDisconnecting: isEnding,
      });
      const { connector, apiBaseUrl } = opened.connection;
      const made = opened.manifest.webhook?.registration;
      return {
        connector,
        apiBaseUrl,
        api: opened.api,
        ctx: opened.ctx,
        registration: made?.mode === 'api' ? made : null,
        takesWebhooks: made !== undefined,
      };
    },
    ...gateway,
    clock: deps.clock,
    log: deps.log,
  };
}

/** How long a run waits for somebody else who is registering its webhook. */
const busyAtMostMs = 60_000;
const lookEveryMs = 250;

/** Before a stream is read its webhook is registered; a service that refuses means polling. */
export function prepareStream(endpoints: EndpointDeps): SyncDeps['prepareStream'] {
  return async ({ signal, ...request }) => {
    const until = endpoints.clock.now() + busyAtMostMs;
    for (;;) {
      const result = await ensureEndpoint(endpoints, request, signal);
      if (result.status === 'active') return { delivery: 'webhook' };
      if (result.status === 'unavailable') {
        return { delivery: 'poll', reason: result.reason, isFinal: result.isFinal };
      }
      if (endpoints.clock.now() >= until) {
        return {
          delivery: 'poll',
          reason: 'the webhook is still being registered.',
          isFinal: false,
        };
      }
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  };
}
