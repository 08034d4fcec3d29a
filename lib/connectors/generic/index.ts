/**
 * connectors/generic: any service with a JSON API, connected by a key, a password or OAuth. What is read of
 * it is not code but a definition that a person fills in: path, pages, id, time, and which field stands
 * where.
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
import { httpApiKeyManifest, httpBasicManifest, httpOauthManifest } from './manifest.ts';

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
