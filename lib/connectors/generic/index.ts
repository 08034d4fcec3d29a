/**
 * connectors/generic: any service with a JSON API, connected by a key, a password or OAuth, and any
 * that posts signed events. What is read of it is not code but a definition that a person fills in:
 * path, pages, id, time, and which field stands where.
 *
 * This door opens to what every process may load; calling the service is `api.ts`.
 *
 * Invariants
 * - A definition is checked before it becomes a stream, and holds no address: paths lie below the
 *   connection's own base address.
 * - One object that cannot be read never costs the others.
 * - Nothing is written.
 */
import type { Connector } from '#lib/connectors/protocol/index';
import { defineStream } from './definition.ts';
import { defineEvents } from './event-definition.ts';
import { httpWebhookManifest } from './listen-manifest.ts';
import { httpApiKeyManifest, httpBasicManifest, httpOauthManifest } from './manifest.ts';
import { bindEvents } from './read-event.ts';

export const httpApiKey = {
  manifest: httpApiKeyManifest,
  webhook: null,
  define: defineStream,
} satisfies Connector;

export const httpOauth = {
  manifest: httpOauthManifest,
  webhook: null,
  define: defineStream,
} satisfies Connector;

export const httpBasic = {
  manifest: httpBasicManifest,
  webhook: null,
  define: defineStream,
} satisfies Connector;

export const httpWebhook = {
  manifest: httpWebhookManifest,
  // Without a definition an event means nothing.
  webhook: {
    parse: () => ({
      kind: 'unknown',
      action: null,
      resource: null,
      scopeKey: null,
      objects: [],
      refetch: [],
      summary: 'no list of this connection reads events yet',
    }),
  },
  define: defineEvents,
  bindWebhook: bindEvents,
} satisfies Connector;
