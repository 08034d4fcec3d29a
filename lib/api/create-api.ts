import { type Context, Hono } from 'hono';
import { HubError, isHubError, newId } from '#lib/core/index';
import type { Pace, WebHub } from '#lib/hub/web';
import type { Route } from './contract.ts';
import { guards as allGuards, type Guards } from './guards.ts';
import { problemResponse } from './problem.ts';
import { routes as allRoutes } from './routes/index.ts';
import { runRoute } from './run-route.ts';

export interface ApiDeps {
  hub: WebHub;
  guards: Guards;
}

export interface Api {
  fetch(request: Request): Promise<Response>;
  routes: readonly Route[];
}

const base = '/api/v1';
const requestIdPattern = /^[\w-]{8,64}$/;

/** `/records/{id}` as hono writes it; the last parameter of what passes on takes slashes, or nothing. */
const honoPath = ({ path, passesOn }: Route['contract']) =>
  path.replace(/\{(\w+)\}/g, ':$1') + (passesOn ? '{[\\s\\S]*}' : '');
const pathPattern = ({ path, passesOn }: Route['contract']) =>
  new RegExp(
    `^${base}${path.replace(/\{\w+\}$/, passesOn ? '[\\s\\S]*' : '[^/]+').replace(/\{\w+\}/g, '[^/]+')}$`,
  );

/** The API over its use cases. Tests hand in guards and routes of their own. */
export function createApi(
  hub: WebHub,
  options: { guards?: Partial<Guards>; routes?: readonly Route[] } = {},
): Api {
  const deps: ApiDeps = { hub, guards: { ...allGuards, ...options.guards } };
  const routes = options.routes ?? allRoutes;
  const app = new Hono({ strict: true });
  for (const route of routes) {
    const { method, id } = route.contract;
    app.on(method.toUpperCase(), `${base}${honoPath(route.contract)}`, (c) =>
      answer(deps, c, id, (requestId, pace) =>
        runRoute(deps, route, { request: c.req.raw, requestId, params: c.req.param(), pace }),
      ),
    );
  }
  app.notFound((c) => answer(deps, c, 'unknown', async () => unmatched(c, routes)));
  return { fetch: async (request) => app.fetch(request), routes };
}

async function answer(
  deps: ApiDeps,
  c: Context,
  routeId: string,
  work: (requestId: string, pace: Pace) => Promise<Response>,
): Promise<Response> {
  const started = performance.now();
  const pace = deps.hub.startPace();
  const requestId = requestIdOf(deps.hub, c.req.raw.headers);
  let response: Response;
  try {
    response = await work(requestId, pace);
    // What was answered before anybody asked who it is counts by its address, as a guest's does.
    if (!pace.hasCounted) deps.hub.countGuest(c.req.raw.headers, pace);
    if (!response.headers.has('x-request-id')) response.headers.set('x-request-id', requestId);
  } catch (error) {
    const failure = isHubError(error) ? error : deps.hub.describeFailure(error, requestId, routeId);
    response = problemResponse(refusalOf(deps.hub, c.req.raw.headers, pace) ?? failure, requestId);
  }
  pace.mark(response);
  deps.hub.observeRequest(routeId, response.status, (performance.now() - started) / 1000);
  return response;
}

/** A refusal costs its sender as much as an answer. */
function refusalOf(hub: WebHub, headers: Headers, pace: Pace): HubError | null {
  if (pace.hasCounted) return null;
  try {
    hub.countGuest(headers, pace);
    return null;
  } catch (error) {
    if (isHubError(error)) return error;
    throw error;
  }
}

/** The gateway's id when it is the gateway that speaks; otherwise ours. */
function requestIdOf(hub: WebHub, headers: Headers): string {
  const given = hub.isFromGateway(headers) ? headers.get('x-request-id') : null;
  return given !== null && requestIdPattern.test(given) ? given : newId();
}

/** A known path with another method is 405 (or OPTIONS) with Allow; the rest is 404. */
function unmatched(c: Context, routes: readonly Route[]): Response {
  const methods = routes
    .filter((route) => pathPattern(route.contract).test(c.req.path))
    .map((route) => route.contract.method.toUpperCase());
  if (methods.length === 0) throw new HubError('resource.not_found');
  const all = new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS']);
  const allow = [...all].sort().join(', ');
  if (c.req.method === 'OPTIONS') {
    return new Response(null, { status: 204, headers: { allow, 'cache-control': 'no-store' } });
  }
  const refused = problemResponse(new HubError('request.method_not_allowed'), newId());
  refused.headers.set('allow', allow);
  return refused;
}
