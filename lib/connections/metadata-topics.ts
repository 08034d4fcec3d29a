import { z } from 'zod';
import { cacheTopic } from '#lib/resilience/index';
import { lookupItemSchema, scopeOptionSchema } from './schema.ts';

const minutes = 60_000;
const day = 86_400_000;

/** What a stream of a connection can be scoped to (repositories), without what is ours about it. */
export const scopesTopic = cacheTopic({
  name: 'scopes',
  schema: z
    .array(
      scopeOptionSchema.omit({ stream_id: true }).extend({ scope: z.record(z.string(), z.json()) }),
    )
    .max(1_000),
  freshMs: 5 * minutes,
  keepMs: day,
  maxBytes: 524_288,
});

/** What people pick by name (users, channels, labels). */
export const lookupTopic = cacheTopic({
  name: 'lookup',
  schema: z.array(lookupItemSchema).max(1_000),
  freshMs: 10 * minutes,
  keepMs: day,
  maxBytes: 524_288,
});

/** Everything cached of a connection is old once its row says so (private.mark_connection)… */
const connectionTag = (connectionId: string): string => `connection:${connectionId}`;

/** …and these once an event of the service does. */
const scopesTag = (connectionId: string): string => `scopes:${connectionId}`;
const lookupTag = (connectionId: string, name: string): string => `lookup:${connectionId}:${name}`;

/** The tags of lists an event of the service makes old (`ParsedWebhook.stale`). */
export const metadataTags = (connectionId: string, names: readonly string[]): string[] =>
  names.map((name) =>
    name === 'scopes' ? scopesTag(connectionId) : lookupTag(connectionId, name),
  );

interface Place {
  workspaceId: string;
  connectionId: string;
}

export const scopesAt = ({
  workspaceId,
  connectionId,
  resource,
}: Place & { resource: string }) => ({
  workspaceId,
  key: [connectionId, resource],
  tags: [connectionTag(connectionId), scopesTag(connectionId)],
});

export const lookupAt = (place: Place & { name: string; scopeKey: string | null }) => ({
  workspaceId: place.workspaceId,
  key: [place.connectionId, place.name, place.scopeKey ?? ''],
  tags: [connectionTag(place.connectionId), lookupTag(place.connectionId, place.name)],
});
