import type { WebhookParser } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import { findConnectionOf } from './app-webhook-store.ts';

/**
 * The connection each event is for. At a connection's own address its own; at an app's that of the
 * account the event names, within the workspace whose secret has signed it. Null: nobody here follows
 * that account. An account is looked up once, however many events name it.
 */
export async function findRecipients(
  db: Db,
  parser: WebhookParser | null,
  of: {
    endpoint: { id: string; connectionId: string | null };
    events: readonly { event: string; payload: JsonObject }[];
  },
): Promise<(string | null)[]> {
  const { endpoint, events } = of;
  if (endpoint.connectionId !== null) return events.map(() => endpoint.connectionId);
  const connections = new Map<string, string | null>();
  const found: (string | null)[] = [];
  for (const { event, payload } of events) {
    const accountId = parser?.parse(event, payload).accountId ?? null;
    if (accountId !== null && !connections.has(accountId)) {
      const connectionId = await findConnectionOf(db, { endpointId: endpoint.id, accountId });
      connections.set(accountId, connectionId);
    }
    found.push(accountId === null ? null : (connections.get(accountId) ?? null));
  }
  return found;
}
