/**
 * connectors/stripe/api: the half of the connector that calls Stripe. Only the worker enters here.
 *
 * It adds paths, forms and the pinned version to `ctx.http` and never sees the key.
 */
import 'server-only';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { toError } from './errors.ts';
import { pollEvents } from './poll-events.ts';
import { listScopes, readAccount } from './read-account.ts';
import { listWebhooks, registerWebhook, removeWebhook } from './register-webhook.ts';
import { readObject, updateObject } from './sync-object.ts';
import { backfillObjects } from './walk-objects.ts';

export const stripeApi = {
  account: readAccount,
  scopes: listScopes,
  backfill: backfillObjects,
  poll: pollEvents,
  read: readObject,
  update: updateObject,
  listWebhooks,
  registerWebhook,
  removeWebhook,
  toError,
} satisfies ConnectorApi;
