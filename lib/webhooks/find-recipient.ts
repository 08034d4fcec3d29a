import type { WebhookParser } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import { findConnectionOf } from './app-webhook-store.ts';

/**
 * The connection an event at an app's address is for: that of the account it names, within the
 * workspace whose secret has signed it. Null: nobody here follows that account.
 */
export async function findRecipient(
  db: Db,
  parser: WebhookParser | null,
  event: { endpointId: string; name: string; payload: JsonObject },
): Promise<string | null> {
  const accountId = parser?.parse(event.name, event.payload).accountId ?? null;
  return accountId === null
    ? null
    : findConnectionOf(db, { endpointId: event.endpointId, accountId });
}
