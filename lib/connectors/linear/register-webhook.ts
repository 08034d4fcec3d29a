import type { ConnectorContext, RemoteWebhook } from '#lib/connectors/protocol/index';
import { isHubError, type JsonObject } from '#lib/core/index';
import { badAnswer } from './errors.ts';
import { linearEvents } from './manifest.ts';
import { connectionSchema, webhookSchema } from './schema.ts';
import { sendMutation, sendQuery } from './send-query.ts';
import { teamIdOf } from './team-scope.ts';

const perPage = 100;
const maxPages = 5;

interface Target {
  url: string;
  secret: string;
}

const createMutation = `mutation CreateWebhook($input: WebhookCreateInput!) {
  webhookCreate(input: $input) { success webhook { id } }
}`;
const updateMutation = `mutation UpdateWebhook($id: String!, $input: WebhookUpdateInput!) {
  webhookUpdate(id: $id, input: $input) { success webhook { id } }
}`;
const deleteMutation = `mutation DeleteWebhook($id: String!) {
  webhookDelete(id: $id) { success }
}`;
const listQuery = `query Webhooks($first: Int!, $after: String) {
  webhooks(first: $first, after: $after) {
    nodes { id url enabled resourceTypes team { id } } pageInfo { hasNextPage endCursor }
  }
}`;

/**
 * Makes Linear call `target.url` for the issues of a team. A webhook with this address is adopted,
 * switched on again and given the new secret. https://linear.app/developers/webhooks#api
 */
export async function registerWebhook(
  ctx: ConnectorContext,
  scope: JsonObject,
  target: Target,
): Promise<{ remoteId: string }> {
  const team = teamIdOf(scope);
  const present = await findWebhook(ctx, scope, target.url);
  if (present) return adopt(ctx, present, target);
  const { url, secret } = target;
  const input = { url, secret, label: 'Patchbay', teamId: team, resourceTypes: [...linearEvents] };
  try {
    const { data } = await sendMutation(ctx, createMutation, { input });
    return { remoteId: idOf(data['webhookCreate']) };
  } catch (error) {
    if (!isHubError(error) || error.code !== 'provider.refused') throw error;
    // Somebody registered it between the list and the call, or the first answer was lost.
    const late = await findWebhook(ctx, scope, url);
    if (!late) throw error;
    return adopt(ctx, late, target);
  }
}

/** A webhook that is not there any more is what was wanted. */
export async function removeWebhook(
  ctx: ConnectorContext,
  _scope: JsonObject,
  remoteId: string,
): Promise<void> {
  try {
    await sendMutation(ctx, deleteMutation, { id: remoteId }, true);
  } catch (error) {
    if (!isHubError(error) || error.code !== 'provider.not_found') throw error;
  }
}

async function adopt(
  ctx: ConnectorContext,
  id: string,
  { secret }: Target,
): Promise<{ remoteId: string }> {
  const input = { secret, enabled: true, resourceTypes: [...linearEvents] };
  const { data } = await sendMutation(ctx, updateMutation, { id, input }, true);
  return { remoteId: idOf(data['webhookUpdate']) };
}

async function findWebhook(
  ctx: ConnectorContext,
  scope: JsonObject,
  url: string,
): Promise<string | null> {
  const hooks = await listWebhooks(ctx, scope);
  return hooks.find((hook) => hook.url === url)?.remoteId ?? null;
}

/** Those of the team; Linear switches one off that has failed too often. */
export async function listWebhooks(
  ctx: ConnectorContext,
  scope: JsonObject,
): Promise<RemoteWebhook[]> {
  const team = teamIdOf(scope);
  const hooks: RemoteWebhook[] = [];
  let after: string | null = null;
  for (let page = 1; page <= maxPages; page += 1) {
    const { data } = await sendQuery(ctx, listQuery, { first: perPage, after });
    const list = connectionSchema.safeParse(data['webhooks']);
    if (!list.success) throw badAnswer('the list of webhooks is no list');
    for (const node of list.data.nodes) {
      const hook = webhookSchema.safeParse(node).data;
      if (!hook?.url || hook.team?.id !== team) continue;
      const { id, url, enabled, resourceTypes } = hook;
      const isHealthy = enabled && linearEvents.every((event) => resourceTypes.includes(event));
      hooks.push({ remoteId: id, url, isHealthy });
    }
    after = list.data.pageInfo.hasNextPage ? (list.data.pageInfo.endCursor ?? null) : null;
    if (after === null) break;
  }
  return hooks;
}

function idOf(payload: unknown): string {
  const hook: unknown =
    typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'webhook') : null;
  const read = webhookSchema.pick({ id: true }).safeParse(hook);
  if (!read.success) throw badAnswer('the webhook has no id');
  return read.data.id;
}
