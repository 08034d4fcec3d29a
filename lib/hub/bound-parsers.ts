import type { Tx } from '#lib/db/index';
import { listScopesRead } from '#lib/sync/index';
import type { InboxPorts } from '#lib/webhooks/index';
import { connectors } from './connectors.ts';

type Bind = NonNullable<InboxPorts['bindParsers']>;

/** An inbox event's id is a UUIDv7: its first 48 bits are the milliseconds of its arrival. */
const arrivedMs = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

/** Where the streams of a connection say what its events mean: a parser for each of them. */
export const bindParsers: Bind = async (tx: Tx, event) => {
  const connector = connectors.get(event.connector);
  if (!connector?.bindWebhook) return null;
  const streams = await listScopesRead(tx, event);
  return streams.flatMap((stream) => connector.bindWebhook?.(stream, arrivedMs(event.id)) ?? []);
};
