/**
 * connectors/slack: messages of Slack's channels.
 *
 * This door opens to what every process may load: facts (manifest) and reading events. Calling Slack
 * is `api.ts`, a door of its own that only the worker enters.
 *
 * Invariants
 * - A part of a message that an event leaves out is not observed, and never read as empty.
 * - A message is known by channel and ts; a ts alone names one in every channel.
 * - Nothing but the text of the app's own messages is ever written.
 */
import type { Connector } from '#lib/connectors/protocol/index';
import { slackManifest } from './manifest.ts';
import { slackWebhook } from './webhook.ts';

export const slack = { manifest: slackManifest, webhook: slackWebhook } satisfies Connector;
