import type { Context, Hono } from 'hono';
import { findRepo } from './access.ts';
import { dispatchEvent, sendToHook } from './dispatch.ts';
import { completePayload } from './hook-payload.ts';
import { emulatedOrigin } from './links.ts';
import { notFound, type ProviderError, validationFailed } from './provider-error.ts';
import type { RestEnv } from './rest.ts';
import type { DeliveryRow, HookRow, RepoRow } from './rows.ts';
import type { World } from './world.ts';

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);
const deliveriesPerPage = 100;
const zen = 'Keep it logically awesome.';

type Body = Record<string, unknown>;

/**
 * Repository webhooks, whole: emulate's lack the ping on creation, GUIDs, the refusal of a second
 * hook with the same address, and redelivery. https://docs.github.com/rest/repos/webhooks
 */
export function hookRoutes(app: Hono<RestEnv>, world: World): void {
  const base = '/repos/:owner/:repo/hooks';
  const one = `${base}/:hook{[0-9]+}`;
  const { tables } = world;
  app.get(base, (c) => {
    const repo = repoOf(world, c);
    return c.json(tables.hooks.findBy('repo_id', repo.id).map((hook) => formatHook(hook, repo)));
  });
  app.post(base, async (c) => {
    const repo = repoOf(world, c);
    const hook = tables.hooks.insert({ repo_id: repo.id, ...newHook(world, repo, bodyOf(c)) });
    await ping(world, c, hook);
    return c.json(formatHook(hook, repo), 201);
  });
  app.get(one, (c) => c.json(formatHook(hookOf(world, c), repoOf(world, c))));
  app.patch(one, (c) => {
    const repo = repoOf(world, c);
    const hook = hookOf(world, c);
    const changed = tables.hooks.update(hook.id, changedHook(world, repo, hook, bodyOf(c)));
    return c.json(formatHook(changed ?? hook, repo));
  });
  app.delete(one, (c) => {
    const hook = hookOf(world, c);
    tables.hooks.delete(hook.id);
    for (const row of tables.deliveries.findBy('hook_id', hook.id))
      tables.deliveries.delete(row.id);
    return c.body(null, 204);
  });
  app.post(`${one}/pings`, async (c) => {
    await ping(world, c, hookOf(world, c));
    return c.body(null, 204);
  });
  app.post(`${one}/tests`, (c) => {
    hookOf(world, c);
    const nothing = '0'.repeat(40);
    dispatchEvent(
      world,
      'push',
      undefined,
      { ref: 'refs/heads/main', before: nothing, after: nothing },
      repoOf(world, c),
    );
    return c.body(null, 204);
  });
  deliveryRoutes(app, world, one);
}

function deliveryRoutes(app: Hono<RestEnv>, world: World, one: string): void {
  app.get(`${one}/deliveries`, (c) => {
    const hook = hookOf(world, c);
    const cursor = Number(c.req.query('cursor') ?? Number.MAX_SAFE_INTEGER);
    const perPage = Math.min(Number(c.req.query('per_page') ?? 30) || 30, deliveriesPerPage);
    const rows = world.tables.deliveries
      .findBy('hook_id', hook.id)
      .filter((row) => row.id <= cursor)
      .sort((a, b) => b.id - a.id);
    const following = rows[perPage];
    if (following) {
      const url = `${emulatedOrigin}${c.env.call.path}?per_page=${perPage}&cursor=${following.id}`;
      c.header('link', `<${url}>; rel="next"`);
    }
    return c.json(rows.slice(0, perPage).map(formatDelivery));
  });
  app.get(`${one}/deliveries/:delivery{[0-9]+}`, (c) => {
    const row = deliveryOf(world, c);
    return c.json({
      ...formatDelivery(row),
      url: row.url,
      request: { headers: row.request_headers, payload: JSON.parse(row.payload) },
      response: { headers: row.response_headers, payload: row.response_payload },
    });
  });
  app.post(`${one}/deliveries/:delivery{[0-9]+}/attempts`, (c) => {
    const row = deliveryOf(world, c);
    const hook = hookOf(world, c);
    const { event, action, payload, guid } = row;
    world.deliveries.enqueue({ hook, event, action, payload, guid, redelivery: true });
    return c.json({}, 202);
  });
}

function repoOf(world: World, c: Context<RestEnv>): RepoRow {
  const repo = findRepo(world.tables, c.env.call.path);
  if (!repo) throw notFound();
  return repo;
}

function hookOf(world: World, c: Context<RestEnv>): HookRow {
  const hook = world.tables.hooks.get(Number(c.req.param('hook')));
  if (!hook || hook.repo_id !== repoOf(world, c).id) throw notFound();
  return hook;
}

function deliveryOf(world: World, c: Context<RestEnv>): DeliveryRow {
  const row = world.tables.deliveries.get(Number(c.req.param('delivery')));
  if (!row || row.hook_id !== hookOf(world, c).id) throw notFound();
  return row;
}

function bodyOf(c: Context<RestEnv>): Body {
  const json = c.get('json');
  return typeof json === 'object' && json !== null ? (json as Body) : {};
}

const hookError = (message: string): ProviderError =>
  validationFailed([{ resource: 'Hook', code: 'custom', message }], '/repos/webhooks');

type HookFields = Omit<HookRow, 'id' | 'created_at' | 'updated_at' | 'repo_id'>;

function newHook(world: World, repo: RepoRow, body: Body): HookFields {
  const config = configOf(body);
  const url = checkedUrl(config['url']);
  const fields: HookFields = {
    active: body['active'] !== false,
    events: eventsOf(body['events']) ?? ['push'],
    url,
    content_type: config['content_type'] === 'json' ? 'json' : 'form',
    insecure_ssl: insecureSsl(config['insecure_ssl']),
    secret: typeof config['secret'] === 'string' ? config['secret'] : null,
    last_response: { code: null, status: 'unused', message: null },
  };
  refuseDouble(world, repo, fields, undefined);
  return fields;
}

function changedHook(world: World, repo: RepoRow, hook: HookRow, body: Body): Partial<HookRow> {
  const config = configOf(body);
  const events = eventsOf(body['events']) ?? hook.events;
  const added = eventsOf(body['add_events']) ?? [];
  const removed = eventsOf(body['remove_events']) ?? [];
  const { content_type: type, secret, insecure_ssl: insecure } = config;
  const fields = {
    active: typeof body['active'] === 'boolean' ? body['active'] : hook.active,
    events: [...new Set([...events, ...added])].filter((event) => !removed.includes(event)),
    url: config['url'] === undefined ? hook.url : checkedUrl(config['url']),
    content_type: type === 'json' || type === 'form' ? type : hook.content_type,
    secret: typeof secret === 'string' ? secret : hook.secret,
    insecure_ssl: insecure === undefined ? hook.insecure_ssl : insecureSsl(insecure),
  };
  refuseDouble(world, repo, fields, hook.id);
  return fields;
}

/** A number or a text at GitHub; told as a text. */
const insecureSsl = (raw: unknown): string => (raw === 1 || raw === '1' ? '1' : '0');

function configOf(body: Body): Body {
  const config = body['config'];
  return typeof config === 'object' && config !== null ? (config as Body) : {};
}

function eventsOf(raw: unknown): string[] | null {
  if (!Array.isArray(raw)) return null;
  return raw.filter((event): event is string => typeof event === 'string');
}

/** The one thing GitHub allows that the sandbox does not: sending to another machine. */
function checkedUrl(raw: unknown): string {
  if (typeof raw !== 'string' || raw === '') throw hookError('url cannot be blank');
  if (!URL.canParse(raw) || !/^https?:$/.test(new URL(raw).protocol)) {
    throw hookError('url must be a valid http or https address');
  }
  if (!loopbackHosts.has(new URL(raw).hostname)) {
    throw hookError('url is not supported because the sandbox delivers to this machine only');
  }
  return raw;
}

function refuseDouble(
  world: World,
  repo: RepoRow,
  fields: { url: string; events: string[] },
  own: number | undefined,
): void {
  const double = world.tables.hooks
    .findBy('repo_id', repo.id)
    .some((hook) => hook.id !== own && hook.url === fields.url);
  if (double) throw hookError('Hook already exists on this repository');
}

async function ping(world: World, c: Context<RestEnv>, hook: HookRow): Promise<void> {
  const repo = repoOf(world, c);
  const read = async (path: string): Promise<unknown> =>
    (await world.rest.call({ ...c.env.call, method: 'GET', path, body: '', links: world.ownLinks }))
      .json;
  const payload = {
    zen,
    hook_id: hook.id,
    hook: formatHook(hook, repo),
    repository: await read(`/repos/${repo.full_name}`),
    sender: await read(`/users/${c.env.call.principal?.user.login}`),
  };
  const text = JSON.stringify(completePayload(world, 'ping', undefined, payload, repo));
  sendToHook(world, hook, 'ping', null, text);
}

function formatHook(hook: HookRow, repo: RepoRow): Body {
  const url = `${emulatedOrigin}/repos/${repo.full_name}/hooks/${hook.id}`;
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: hook.active,
    events: hook.events,
    config: {
      content_type: hook.content_type,
      insecure_ssl: hook.insecure_ssl,
      ...(hook.secret ? { secret: '********' } : {}),
      url: hook.url,
    },
    updated_at: hook.updated_at,
    created_at: hook.created_at,
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: hook.last_response,
  };
}

const formatDelivery = (row: DeliveryRow): Body => ({
  id: row.id,
  guid: row.guid,
  delivered_at: row.delivered_at,
  redelivery: row.redelivery,
  duration: row.duration,
  status: row.status,
  status_code: row.status_code,
  event: row.event,
  action: row.action,
  installation_id: null,
  repository_id: row.repository_id,
  throttled_at: null,
});
