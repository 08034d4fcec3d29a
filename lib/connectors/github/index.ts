/**
 * connectors/github: GitHub's issues as tasks.
 *
 * This door opens to what every process may load: facts (manifest) and reading webhooks. It calls
 * nobody. Calling GitHub is `api.ts`, a door of its own that only the worker enters.
 *
 * Invariants
 * - Whatever GitHub sends, one object that cannot be read never costs the others.
 * - A field GitHub did not show is not observed, and never read as empty.
 * - Only the fields asked for are written; what GitHub cannot express is refused before a call.
 */
import type { Connector } from '#lib/connectors/protocol/index';
import { githubManifest } from './manifest.ts';
import { githubWebhook } from './webhook.ts';

export const github = { manifest: githubManifest, webhook: githubWebhook } satisfies Connector;
