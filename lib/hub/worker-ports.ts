import { type ConnectionDeps, openConnection } from '#lib/connections/index';
import type { Tx } from '#lib/db/index';
import {
  findStream,
  type Observation,
  observeObjects,
  requestReading,
  type SyncDeps,
} from '#lib/sync/index';
import {
  type EndpointDeps,
  type EventTarget,
  ensureEndpoint,
  type InboxPorts,
} from '#lib/webhooks/index';
import { bindParsers } from './bound-parsers.ts';
import { connectorRules } from './connector-rules.ts';

/** The stream an event belongs to; null when nobody follows that scope. */
async function streamOf(tx: Tx, target: EventTarget) {
  const { resource, scopeKey } = target;
  if (resource === null || scopeKey === null) return null;
  return findStream(tx, { ...target, resource, scopeKey });
}

/** What came of an event's objects, in a few words; an event carries one object, mostly. */
function tellObservation(seen: Observation): string {
  const parts = [
    seen.created > 0 && 'new record',
    seen.updated > 0 && 'record updated',
    seen.conflicts > 0 && 'changed on both sides',
    seen.echoes > 0 && 'echo of our own edit, nothing to do',
    seen.echoes === 0 && seen.unchanged > 0 && 'already known, nothing to do',
    seen.echoes === 0 && seen.stale > 0 && 'older than what is known, left out',
  ];
  return parts.filter(Boolean).join(', ') || 'nothing to do';
}

/** What webhooks does with an event's objects: sync observes them in the event's transaction. */
export const inboxPorts: InboxPorts = {
  bindParsers,
  apply: async (tx, target, objects) => {
    const stream = await streamOf(tx, target);
    if (!stream) {
      return { kind: 'ignored', reason: `No stream follows ${target.scopeKey ?? 'this'}.` };
    }
    const seen = await observeObjects(tx, {
      workspaceId: target.workspaceId,
      connectionId: target.connectionId,
      streamId: stream.id,
      kind: stream.kind,
      objects: [...objects],
      source: { type: 'webhook', inboxEventId: target.inboxEventId },
      writable: connectorRules.writableFields(target.connector, stream.resource),
    });
    if (seen.skipped > 0) {
      return { kind: 'ignored', reason: 'The stream is paused; resuming it catches up.' };
    }
    return { kind: 'applied', summary: tellObservation(seen), recordIds: seen.recordIds };
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
