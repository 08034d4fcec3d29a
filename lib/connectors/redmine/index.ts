/**
 * connectors/redmine: the issues of a self-hosted Redmine's projects as tasks.
 *
 * This door opens to what every process may load and calls nobody. Calling Redmine is `api.ts`, a door
 * of its own that only the worker enters.
 *
 * Invariants
 * - Redmine answers an unknown key like somebody not logged in, and shows them what is public.
 *   That something is gone, and that nothing is new, is believed only once it said who is asking.
 * - One issue that cannot be read never costs the others.
 * - Only the fields asked for are written; what Redmine took silently no notice of is reported.
 */
import type { Connector } from '#lib/connectors/protocol/index';
import { redmineManifest } from './manifest.ts';

export const redmine = { manifest: redmineManifest, webhook: null } satisfies Connector;
