import type { z } from 'zod';
import type { ConnectorContext, RemoteWebhook } from '#lib/connectors/protocol/index';
import { HubError, isHubError, type JsonObject } from '#lib/core/index';
import { badAnswer } from './errors.ts';
import { pageMark } from './link-header.ts';
import { githubEvents } from './manifest.ts';
import { repositoryPath } from './repository-path.ts';
import { hookSchema } from './schema.ts';

/** GitHub allows 20 hooks per event and repository; three pages hold any it will keep. */
const maxPages = 3;

/**
 * Makes GitHub call `target.url`. A hook with this address is adopted and given the new secret,
 * because GitHub refuses a second one (422 "Hook already exists") and two would deliver twice.
 * https://docs.github.com/en/rest/repos/webhooks#create-a-repository-webhook
 */
export async function registerWebhook(
  ctx: ConnectorContext,
  scope: JsonObject,
  target: { url: string; secret: string },
): Promise<{ remoteId: string }> {
  const present = await findHook(ctx, scope, target.url);
  if (present) return adopt(ctx, scope, present, target);
  try {
    const answer = await ctx.http.send({
      method: 'POST',
      path: `${repositoryPath(scope)}/hooks`,
      json: { name: 'web', ...hookBody(target) },
    });
    return { remoteId: idOf(answer.json) };
  } catch (error) {
    if (!isHubError(error) || error.code !== 'provider.refused') throw error;
    // Somebody registered it between the list and the call, or the first answer was lost.
    const late = await findHook(ctx, scope, target.url);
    if (!late) throw error;
    return adopt(ctx, scope, late, target);
  }
}

/** A hook that is not there any more is what was wanted. */
export async function removeWebhook(
  ctx: ConnectorContext,
  scope: JsonObject,
  remoteId: string,
): Promise<void> {
  try {
    await ctx.http.send({
      method: 'DELETE',
      path: hookPath(scope, remoteId),
      isIdempotent: true,
    });
  } catch (error) {
    if (!isHubError(error) || error.code !== 'provider.not_found') throw error;
  }
}

/** `config` is replaced whole: a PATCH without the secret would take it off the hook. */
async function adopt(
  ctx: ConnectorContext,
  scope: JsonObject,
  remoteId: string,
  target: { url: string; secret: string },
): Promise<{ remoteId: string }> {
  const answer = await ctx.http.send({
    method: 'PATCH',
    path: hookPath(scope, remoteId),
    json: hookBody(target),
    isIdempotent: true,
  });
  return { remoteId: idOf(answer.json) };
}

const hookBody = (target: { url: string; secret: string }): JsonObject => ({
  active: true,
  events: [...githubEvents],
  config: { url: target.url, secret: target.secret, content_type: 'json', insecure_ssl: '0' },
});

async function findHook(
  ctx: ConnectorContext,
  scope: JsonObject,
  url: string,
): Promise<string | null> {
  const hooks = await listWebhooks(ctx, scope);
  return hooks.find((hook) => hook.url === url)?.remoteId ?? null;
}

/** https://docs.github.com/en/rest/repos/webhooks#list-repository-webhooks */
export async function listWebhooks(
  ctx: ConnectorContext,
  scope: JsonObject,
): Promise<RemoteWebhook[]> {
  const hooks: RemoteWebhook[] = [];
  for (let page = 1; page <= maxPages; page += 1) {
    const answer = await ctx.http.send({
      method: 'GET',
      path: `${repositoryPath(scope)}/hooks`,
      query: { per_page: 100, page },
    });
    if (!Array.isArray(answer.json)) throw badAnswer('the list of webhooks is no list');
    for (const item of answer.json) {
      const hook = hookSchema.safeParse(item);
      if (hook.success && hook.data.config?.url)
        hooks.push(toWebhook(hook.data, hook.data.config.url));
    }
    if (!pageMark(answer.headers.get('link'), 'next')) break;
  }
  return hooks;
}

const toWebhook = (hook: z.infer<typeof hookSchema>, url: string): RemoteWebhook => ({
  remoteId: String(hook.id),
  url,
  // What GitHub does not say is taken to be right.
  isHealthy:
    hook.active !== false && githubEvents.every((event) => hook.events?.includes(event) ?? true),
});

function hookPath(scope: JsonObject, remoteId: string): string {
  if (!/^\d{1,20}$/.test(remoteId)) {
    throw new HubError('request.invalid', 'This is not a webhook of GitHub.');
  }
  return `${repositoryPath(scope)}/hooks/${remoteId}`;
}

function idOf(json: unknown): string {
  const hook = hookSchema.safeParse(json);
  if (!hook.success) throw badAnswer('the webhook has no id');
  return String(hook.data.id);
}
