import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { ConnectorContext, RemoteWebhook } from '#lib/connectors/protocol/index';
import { HubError, isHubError, type JsonObject } from '#lib/core/index';
import { badAnswer } from './errors.ts';
import { stripeManifest, stripeVersion } from './manifest.ts';
import { ask, list, numbered } from './request.ts';
import { endpointSchema } from './schema.ts';

/**
 * Makes Stripe call `target.url`. Stripe chooses the secret and tells it once, so an endpoint of the
 * same address that is there already is of no use any more: it is made anew and the old one removed.
 * https://docs.stripe.com/api/webhook_endpoints/create
 */
export async function registerWebhook(
  ctx: ConnectorContext,
  _scope: JsonObject,
  target: { url: string; secret: string },
): Promise<{ remoteId: string; secret: string }> {
  const present = (await listWebhooks(ctx)).filter(({ url }) => url === target.url);
  const answer = await ask(ctx, {
    method: 'POST',
    path: '/v1/webhook_endpoints',
    form: {
      url: target.url,
      description: 'Patchbay',
      api_version: stripeVersion,
      ...numbered('enabled_events', stripeManifest.webhook.events),
    },
    headers: { 'idempotency-key': randomUUID() },
    isIdempotent: true,
  });
  const made = endpointSchema.safeParse(answer.json);
  if (!made.success || !made.data.secret) throw badAnswer('the webhook endpoint has no secret');
  for (const { remoteId } of present) await removeById(ctx, remoteId);
  return { remoteId: made.data.id, secret: made.data.secret };
}

/** One that is not there any more is what was wanted. */
export const removeWebhook = (
  ctx: ConnectorContext,
  _scope: JsonObject,
  remoteId: string,
): Promise<void> => removeById(ctx, remoteId);

async function removeById(ctx: ConnectorContext, id: string): Promise<void> {
  if (!/^we_\w{1,190}$/.test(id)) {
    throw new HubError('request.invalid', 'This is not a webhook endpoint of Stripe.');
  }
  try {
    await ask(ctx, { method: 'DELETE', path: `/v1/webhook_endpoints/${id}`, isIdempotent: true });
  } catch (error) {
    if (!isHubError(error) || error.code !== 'provider.not_found') throw error;
  }
}

/** An account holds 16 endpoints at most, so one page shows them all. */
export async function listWebhooks(ctx: ConnectorContext): Promise<RemoteWebhook[]> {
  const page = await list(ctx, '/v1/webhook_endpoints', {});
  return page.items.flatMap((item) => {
    const read = endpointSchema.safeParse(item);
    return read.success ? [toWebhook(read.data)] : [];
  });
}

/** Stripe turns an endpoint off that failed for days. What it does not say is taken to be right. */
function toWebhook({ id, url, ...said }: z.infer<typeof endpointSchema>): RemoteWebhook {
  const { status, enabled_events: enabled } = said;
  const hears = (event: string): boolean =>
    enabled === null || enabled === undefined || enabled.includes('*') || enabled.includes(event);
  return {
    remoteId: id,
    url,
    isHealthy: status !== 'disabled' && stripeManifest.webhook.events.every(hears),
  };
}
