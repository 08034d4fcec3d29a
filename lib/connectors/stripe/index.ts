/**
 * connectors/stripe: Stripe's PaymentIntents as payments and its customers as contacts.
 *
 * This door opens to what every process may load: facts (manifest) and reading webhooks. Calling
 * Stripe is `api.ts`, a door of its own that only the worker enters.
 *
 * Invariants
 * - States are ordered by Stripe's clock in seconds and never guessed within one second.
 * - An event that does not show what was paid back does not say that nothing was.
 * - Every write carries an idempotency key; only the fields asked for are sent.
 */
import type { Connector } from '#lib/connectors/protocol/index';
import { stripeManifest } from './manifest.ts';
import { stripeWebhook } from './webhook.ts';

export const stripe = { manifest: stripeManifest, webhook: stripeWebhook } satisfies Connector;
