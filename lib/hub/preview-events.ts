import { getConnection } from '#lib/connections/index';
import type { StreamPreview } from '#lib/connections/schema';
import type { Connector, DefinedStream } from '#lib/connectors/protocol/index';
import { HubError, type JsonObject } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { getInboxEvent, listInboxEvents } from '#lib/webhooks/index';

/** Events that are looked through, the newest first, and objects of them that are shown. */
const eventsRead = 20;
const sampleRows = 5;
const faultRows = 5;

type Listens = Connector & Required<Pick<Connector, 'define' | 'bindWebhook'>>;

export const isBound = (connector: Connector | undefined): connector is Listens =>
  connector?.define !== undefined && connector.bindWebhook !== undefined;

/**
 * Tries a definition on what has come last. Nothing is asked of anybody: before the first event there
 * is nothing to try it on, and the definition is taken as it is.
 */
export async function previewEvents(
  tx: Tx,
  connector: Listens,
  input: { workspaceId: string; connectionId: string; resource: string; definition: JsonObject },
): Promise<{ defined: DefinedStream; preview: StreamPreview }> {
  const { status } = await getConnection(tx, input);
  if (status === 'disconnected' || status === 'disconnecting') {
    throw new HubError('connections.not_active');
  }
  const defined = connector.define(input.resource, input.definition);
  const stream = { resource: input.resource, scopeKey: defined.key, scope: defined.scope };
  const { data } = await listInboxEvents(tx, {
    workspaceId: input.workspaceId,
    filter: { connection_id: input.connectionId },
    limit: eventsRead,
  });
  const preview: StreamPreview = { found: 0, has_more: false, sample: [], faults: [] };
  for (const { id, event, status: state, received_at: at } of data) {
    if (state === 'split') continue;
    const { body } = await getInboxEvent(tx, id);
    const parser = connector.bindWebhook(stream, Date.parse(at));
    const parsed = parser.parse(event, JSON.parse(body) as JsonObject);
    preview.found += parsed.objects.length;
    for (const { externalId, updatedAt, fields } of parsed.objects) {
      if (preview.sample.length >= sampleRows) break;
      preview.sample.push({ id: externalId, updated_at: updatedAt, fields });
    }
    if (parsed.objects.length === 0 && preview.faults.length < faultRows) {
      preview.faults.push(parsed.summary);
    }
  }
  return { defined, preview };
}
