import { randomBytes } from 'node:crypto';
import { teamOf } from './access.ts';
import { type Caller, requireScope } from './grants.ts';
import { entityNotFound, invalidInput, LinearError } from './linear-error.ts';
import type { WebhookRow } from './rows.ts';
import { insertEntity } from './tables.ts';
import type { LinearWorld } from './world.ts';

/** What webhooks can be about; this double sends those about issues. */
const resourceTypes = new Set(['Issue', 'Comment', 'IssueLabel', 'Project', 'Cycle', 'User']);
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
const secretChars = { least: 8, most: 128 };

export interface WebhookInput {
  url?: string | null;
  label?: string | null;
  enabled?: boolean | null;
  secret?: string | null;
  resourceTypes?: string[] | null;
  teamId?: string | null;
  allPublicTeams?: boolean | null;
}

/** Only administrators, with the scope `admin`, may see or make webhooks. */
export function requireWebhookAdmin(caller: Caller): void {
  requireScope(caller, 'admin');
  if (!caller.person.admin) {
    throw new LinearError('FORBIDDEN', 'Only workspace admins can manage webhooks.');
  }
}

export function webhookOf(world: LinearWorld, caller: Caller, id: string): WebhookRow {
  requireWebhookAdmin(caller);
  const hook = world.tables.webhooks.findOneBy('uuid', id);
  if (!hook) throw entityNotFound('Webhook');
  return hook;
}

export function createWebhook(world: LinearWorld, caller: Caller, input: WebhookInput): WebhookRow {
  requireWebhookAdmin(caller);
  const url = readUrl(input.url ?? '');
  const { webhooks } = world.tables;
  const team = input.teamId ? teamOf(world, caller, input.teamId) : null;
  if ((team === null) === (input.allPublicTeams !== true)) {
    throw invalidInput('Exactly one of teamId and allPublicTeams is needed.');
  }
  const teamUuid = team?.uuid ?? null;
  if (webhooks.all().some((hook) => hook.url === url && hook.teamUuid === teamUuid)) {
    throw invalidInput('A webhook with this URL already exists.');
  }
  return insertEntity(webhooks, 'webhook', {
    url,
    label: input.label ?? null,
    enabled: input.enabled ?? true,
    secret: readSecret(input.secret) ?? `lin_wh_${randomBytes(20).toString('hex')}`,
    resourceTypes: readTypes(input.resourceTypes ?? []),
    teamUuid,
    allPublicTeams: team === null,
    creatorUuid: caller.person.uuid,
    failures: 0,
  });
}

export function updateWebhook(
  world: LinearWorld,
  caller: Caller,
  id: string,
  input: WebhookInput,
): WebhookRow {
  const hook = webhookOf(world, caller, id);
  const secret = readSecret(input.secret);
  const change = {
    ...(input.url ? { url: readUrl(input.url) } : {}),
    ...(input.label === undefined ? {} : { label: input.label }),
    ...(typeof input.enabled === 'boolean' ? { enabled: input.enabled, failures: 0 } : {}),
    ...(secret === null ? {} : { secret }),
    ...(input.resourceTypes ? { resourceTypes: readTypes(input.resourceTypes) } : {}),
  };
  return world.tables.webhooks.update(hook.id, change) ?? hook;
}

/** Loopback only: nothing a sandbox holds leaves this machine. */
function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) throw invalidInput('url must be a URL address.');
  if (!loopback.has(url.hostname)) throw invalidInput('The sandbox calls this machine only.');
  return text;
}

function readSecret(secret: string | null | undefined): string | null {
  if (secret === null || secret === undefined) return null;
  if (secret.length < secretChars.least || secret.length > secretChars.most) {
    throw invalidInput('secret must have between 8 and 128 characters.');
  }
  return secret;
}

function readTypes(types: string[]): string[] {
  if (types.length === 0) throw invalidInput('resourceTypes should not be empty.');
  const unknown = types.find((type) => !resourceTypes.has(type));
  if (unknown !== undefined) throw invalidInput(`resourceTypes: ${unknown} is not known.`);
  return [...new Set(types)];
}
