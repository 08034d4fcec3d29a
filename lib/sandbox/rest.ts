import { Hono } from 'hono';
import {
  findRepo,
  type Principal,
  permissionFlags,
  permissionOf,
  requireAccess,
} from './access.ts';
import { accountRoutes } from './account-routes.ts';
import { dispatchEvent } from './dispatch.ts';
import { type GithubPluginModule, pluginApp } from './emulate-plugin.ts';
import { hookRoutes } from './hook-routes.ts';
import { issueGuards } from './issue-guards.ts';
import { emulatedOrigin, type Links, rewriteLinkHeader, rewriteLinks } from './links.ts';
import { notFound, ProviderError } from './provider-error.ts';
import { saidOfOpened } from './said-of-opened.ts';
import { withBeforeImages } from './store.ts';
import type { World } from './world.ts';

export interface RestCall {
  method: string;
  /** Behind /sandbox/github/api, with its slash. */
  path: string;
  query: URLSearchParams;
  /** The body as text; empty when there is none. */
  body: string;
  principal: Principal | null;
  links: Links;
}

export interface RestAnswer {
  status: number;
  headers: Record<string, string>;
  json: unknown;
}

export interface Rest {
  call(call: RestCall): Promise<RestAnswer>;
}

/** What routes of ours find in their context. */
export interface RestEnv {
  Bindings: { call: RestCall };
  Variables: { json: unknown };
}

/** First segments that exist at api.github.com; emulate also serves pages and switches of its own. */
const served =
  /^\/(user|users|repos|repositories|orgs|organizations|search|rate_limit|meta|zen|emojis|versions)(\/|$)/;

/** The strict layer's routes first, emulate's behind them. */
export function createRest(world: World, plugin: GithubPluginModule): Rest {
  const emulated = emulatedApp(world, plugin);
  const app = new Hono<RestEnv>();
  app.use('*', async (c, next) => {
    const { call } = c.env;
    if (!served.test(call.path) || /^\/orgs\/[^/]+\/hooks/.test(call.path)) throw notFound();
    requireAccess(world.tables, call.principal, call.method, call.path);
    c.set('json', parseBody(call));
    await next();
  });
  accountRoutes(app, world);
  hookRoutes(app, world);
  issueGuards(app, world);
  app.all('*', (c) => emulated.fetch(emulatedRequest(c.env.call, c.get('json')), c.env));
  app.onError(errorAnswer);
  app.notFound(() => notFound().response());
  return { call: (call) => withBeforeImages(() => answer(world, app, call)) };
}

async function answer(world: World, app: Hono<RestEnv>, call: RestCall): Promise<RestAnswer> {
  const canonical = { ...call, path: canonicalPath(world, call.path) };
  const response = await app.fetch(emulatedRequest(canonical, undefined), { call: canonical });
  const text = await response.text();
  const json: unknown = text === '' ? null : JSON.parse(text);
  const headers: Record<string, string> = {};
  const link = response.headers.get('link');
  if (link) headers['link'] = rewriteLinkHeader(link, call.links);
  const told = tellPermissions(world, call.principal, json);
  return { status: response.status, headers, json: rewriteLinks(told, call.links) };
}

function emulatedApp(world: World, plugin: GithubPluginModule): Hono {
  const app = new Hono<{ Bindings: { call: RestCall }; Variables: { authUser: unknown } }>();
  app.use('*', async (c, next) => {
    const { principal } = c.env.call;
    if (principal) {
      const { login, id } = principal.user;
      c.set('authUser', { login, id, scopes: principal.scopes ?? [] });
    }
    await next();
  });
  const webhooks = {
    async dispatch(
      event: string,
      action: string | undefined,
      payload: unknown,
      owner: string,
      name?: string,
    ): Promise<void> {
      const repo = world.tables.repos.findOneBy('full_name', `${owner}/${name}`);
      if (!repo) return;
      dispatchEvent(world, event, action, payload, repo);
      if (event === 'issues' && action === 'opened') {
        for (const more of saidOfOpened(payload)) {
          dispatchEvent(world, event, more.action, more, repo);
        }
      }
    },
  };
  plugin.githubPlugin.register(
    pluginApp(app as unknown as Hono),
    world.store,
    webhooks,
    emulatedOrigin,
  );
  app.onError(errorAnswer);
  app.notFound(() => notFound().response());
  return app as unknown as Hono;
}

/** emulate refuses with an error that carries a status; ours carry the rest of GitHub's form too. */
function errorAnswer(error: Error): Response {
  if (error instanceof ProviderError) return error.response();
  const status = 'status' in error && typeof error.status === 'number' ? error.status : 500;
  if (status === 500)
    process.stderr.write(`${JSON.stringify({ level: 'error', msg: error.stack })}\n`);
  if (status === 422 && /^validation failed$/i.test(error.message)) {
    return new ProviderError(422, 'Validation Failed', [
      { resource: 'Issue', code: 'invalid' },
    ]).response();
  }
  return new ProviderError(status, status === 500 ? 'Server Error' : error.message).response();
}

function emulatedRequest(call: RestCall, json: unknown): Request {
  const url = `${emulatedOrigin}${call.path}${call.query.size > 0 ? `?${call.query}` : ''}`;
  if (json === undefined) return new Request(url, { method: call.method });
  const headers = { 'content-type': 'application/json' };
  return new Request(url, { method: call.method, headers, body: JSON.stringify(json) });
}

/** Undefined without a body. GitHub takes objects, and lists where names of labels are set. */
function parseBody(call: RestCall): unknown {
  if (call.method === 'GET' || call.body.trim() === '') return undefined;
  let json: unknown;
  try {
    json = JSON.parse(call.body);
  } catch {
    throw new ProviderError(400, 'Problems parsing JSON');
  }
  const misplacedList = Array.isArray(json) && !call.path.endsWith('/labels');
  if (typeof json !== 'object' || json === null || misplacedList) {
    throw new ProviderError(400, 'Body should be a JSON object');
  }
  return json;
}

function canonicalPath(world: World, given: string): string {
  const path = given.replace(/^\/repositories\/(\d+)(?=\/)/, (same, id: string) => {
    const known = world.tables.repos.get(Number(id));
    return known ? `/repos/${known.full_name}` : same;
  });
  const repo = findRepo(world.tables, path);
  return repo ? path.replace(/^\/repos\/[^/]+\/[^/]+/, `/repos/${repo.full_name}`) : path;
}

/** emulate calls everybody an administrator; say what this reader may really do. */
function tellPermissions(world: World, principal: Principal | null, json: unknown): unknown {
  if (Array.isArray(json)) return json.map((item) => tellPermissions(world, principal, item));
  if (typeof json !== 'object' || json === null || !('full_name' in json)) return json;
  const repo = world.tables.repos.findOneBy('full_name', json.full_name);
  if (!repo || !('permissions' in json)) return json;
  const { permissions: _dropped, ...rest } = json;
  if (!principal) return rest;
  const permissions = permissionFlags(permissionOf(world.tables, principal.user, repo));
  return { ...rest, permissions, network_count: 0, subscribers_count: 0 };
}
