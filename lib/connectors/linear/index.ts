/**
 * connectors/linear: the issues of Linear's teams as tasks.
 *
 * This door opens to what every process may load: facts (manifest) and reading webhooks. It calls
 * nobody. Calling Linear is `api.ts`, a door of its own that only the worker enters.
 *
 * Invariants
 * - Whatever Linear sends, one object that cannot be read never costs the others.
 * - What a webhook does not carry (the handle of an assignee, the name of a parent) is not observed;
 *   when it changed, the issue is read again.
 * - Only the fields asked for are written; what Linear cannot express is refused before the change.
 */
import type { Connector } from '#lib/connectors/protocol/index';
import { linearManifest } from './manifest.ts';
import { linearWebhook } from './webhook.ts';

export const linear = { manifest: linearManifest, webhook: linearWebhook } satisfies Connector;
