import { createHash, randomUUID } from 'node:crypto';
import type { Principal } from './access.ts';
import { findRepo } from './access.ts';
import { basicCredentials, secretMatches } from './access-token.ts';
import { rateKey } from './account-routes.ts';
import { applicationCall } from './applications.ts';
import { type Links, prefix } from './links.ts';
import { badCredentials, ProviderError } from './provider-error.ts';
import type { TokenRow } from './rows.ts';
import { acceptedScopes } from './scopes.ts';
import { findToken } from './tokens.ts';
import { findApp, type World } from './world.ts';

export interface ApiRequest {
  method: string;
  url: URL;
  headers: Headers;
  body: string;
  links: Links;
}

/** What api.github.com does around every route: who is it, how many calls, has anything changed. */
export async function answerApi(world: World, request: ApiRequest): Promise<Response> {
  const response = await answerOrRefuse(world, request);
  const { headers } = response;
  headers.set('x-github-request-id', randomUUID().toUpperCase());
  headers.set('x-github-media-type', 'github.v3; format=json');
  headers.set('x-github-api-version-selected', '2022-11-28');
  headers.set('x-content-type-options', 'nosniff');
  headers.set('server', 'github.com');
  return response;
}

async function answerOrRefuse(world: World, request: ApiRequest): Promise<Response> {
  try {
    if (!request.headers.get('user-agent')) {
      const rule =
        'Request forbidden by administrative rules. Please make sure your request has a User-Agent header';
      return new Response(`${rule}\n`, { status: 403 });
    }
    const path = request.url.pathname.slice(`${prefix}/api`.length) || '/';
    if (path.startsWith('/applications/')) return applicationCall(world, request, path);
    return await answerRest(world, request, path);
  } catch (error) {
    if (error instanceof ProviderError) return error.response();
    throw error;
  }
}

async function answerRest(world: World, request: ApiRequest, path: string): Promise<Response> {
  const { principal, token } = authenticate(world, request.headers);
  const who = rateKey(principal?.user.login);
  if (path !== '/rate_limit' && !world.rates.take(who)) return rateExceeded(world, who, principal);
  const answer = await world.rest.call({
    method: request.method,
    path,
    query: request.url.searchParams,
    body: request.body,
    principal,
    links: request.links,
  });
  const headers = new Headers({ ...answer.headers, ...authHeaders(world, request, path, token) });
  const text = answer.json === null ? null : JSON.stringify(answer.json);
  if (text !== null) headers.set('content-type', 'application/json; charset=utf-8');
  let { status } = answer;
  if (status === 200 && request.method === 'GET' && text !== null) {
    const etag = `W/"${createHash('sha256').update(text).digest('hex')}"`;
    headers.set('etag', etag);
    headers.set('cache-control', 'private, max-age=60, s-maxage=60');
    headers.set('vary', 'Accept, Authorization, Cookie, X-GitHub-OTP');
    if (matches(request.headers.get('if-none-match'), etag)) {
      status = 304;
      world.rates.giveBack(who);
    }
  }
  for (const [name, value] of Object.entries(world.rates.headers(who))) headers.set(name, value);
  const empty = status === 304 || status === 204;
  return new Response(empty ? null : text, { status, headers });
}

/** RFC 9110 §13.1.2: weak comparison, a list, or a star. */
function matches(header: string | null, etag: string): boolean {
  if (header === null) return false;
  const bare = (tag: string): string => tag.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((tag) => bare(tag) === bare(etag));
}

/** Nobody is fine for public things; somebody we did not issue a token to is not. */
function authenticate(
  world: World,
  headers: Headers,
): { principal: Principal | null; token: TokenRow | null } {
  const header = headers.get('authorization');
  if (header === null) return { principal: null, token: null };
  const basic = basicCredentials(header);
  const app = basic ? findApp(world, basic.name) : undefined;
  // An app's own credentials read public things, as at GitHub.
  if (basic && app && secretMatches(app, basic.password)) return { principal: null, token: null };
  const bearer = /^(?:bearer|token)\s+(\S+)$/i.exec(header)?.[1];
  const token = bearer ? findToken(world, bearer) : undefined;
  const user = token && world.tables.users.findOneBy('login', token.login);
  if (!token || !user) throw badCredentials();
  return { principal: { user, scopes: token.scopes }, token };
}

function authHeaders(
  world: World,
  request: ApiRequest,
  path: string,
  token: TokenRow | null,
): Record<string, string> {
  if (!token) return {};
  const secret = findRepo(world.tables, path)?.private ?? false;
  const expiry = token.expires_at;
  return {
    'x-oauth-scopes': token.scopes.join(', '),
    'x-accepted-oauth-scopes': acceptedScopes(request.method, path, secret).join(', '),
    'x-oauth-client-id': token.client_id,
    ...(expiry
      ? { 'github-authentication-token-expiration': expiry.replace('T', ' ').replace('Z', ' UTC') }
      : {}),
  };
}

function rateExceeded(world: World, who: string, principal: Principal | null): Response {
  const refusal = new ProviderError(
    403,
    `API rate limit exceeded for ${principal ? `user ID ${principal.user.id}` : 'this address'}.`,
    undefined,
    '/using-the-rest-api/rate-limits-for-the-rest-api',
  ).response();
  for (const [name, value] of Object.entries(world.rates.headers(who))) {
    refusal.headers.set(name, value);
  }
  return refusal;
}
