import { basicCredentials, secretMatches } from './access-token.ts';
import type { ApiRequest } from './api.ts';
import { linksAt } from './links.ts';
import type { OauthApp } from './options.ts';
import { badCredentials, invalidRequest, notFound } from './provider-error.ts';
import type { TokenRow } from './rows.ts';
import { findToken, hashSecret, type IssuedToken, issueToken, revokeTokens } from './tokens.ts';
import { findApp, type World } from './world.ts';

/**
 * What an app may do with the tokens it was given, with its own credentials by HTTP Basic.
 * https://docs.github.com/rest/apps/oauth-applications
 */
export function applicationCall(world: World, request: ApiRequest, path: string): Response {
  const [, clientId, thing] = /^\/applications\/([^/]+)\/(token|grant)$/.exec(path) ?? [];
  if (!clientId) throw notFound();
  const app = authenticateApp(world, request.headers, clientId);
  const access = accessTokenOf(request.body);
  // An expired token can still be given back; that it is known is enough.
  const row = world.tables.tokens.findOneBy('hash', hashSecret(access));
  if (!row || row.client_id !== app.clientId) throw notFound();
  if (thing === 'grant' && request.method === 'DELETE') {
    revokeTokens(world, { login: row.login, clientId });
    return new Response(null, { status: 204 });
  }
  if (thing !== 'token') throw notFound();
  if (request.method === 'DELETE') {
    revokeTokens(world, { token: access });
    return new Response(null, { status: 204 });
  }
  if (request.method === 'POST') {
    if (!findToken(world, access)) throw notFound();
    return Response.json(authorization(world, request, app, row, access));
  }
  if (request.method === 'PATCH') {
    revokeTokens(world, { token: access });
    const fresh: IssuedToken = issueToken(world, app, row.login, row.scopes);
    return Response.json(authorization(world, request, app, row, fresh.access_token));
  }
  throw notFound();
}

function authenticateApp(world: World, headers: Headers, clientId: string): OauthApp {
  const basic = basicCredentials(headers.get('authorization'));
  const app = findApp(world, clientId);
  const known = basic && app && basic.name === app.clientId && secretMatches(app, basic.password);
  if (!known) throw badCredentials();
  return app;
}

function accessTokenOf(body: string): string {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw invalidRequest('The body is not JSON.');
  }
  const token =
    typeof json === 'object' && json !== null && 'access_token' in json ? json.access_token : null;
  if (typeof token !== 'string') throw invalidRequest('"access_token" wasn\'t supplied.');
  return token;
}

function authorization(
  world: World,
  request: ApiRequest,
  app: OauthApp,
  row: TokenRow,
  token: string,
): Record<string, unknown> {
  const user = world.tables.users.findOneBy('login', row.login);
  const links = linksAt(request.url.origin);
  return {
    id: row.id,
    url: `${links.api}/authorizations/${row.id}`,
    scopes: row.scopes,
    token,
    token_last_eight: token.slice(-8),
    hashed_token: hashSecret(token),
    app: { name: app.name, client_id: app.clientId, url: links.web },
    note: null,
    note_url: null,
    created_at: row.created_at,
    updated_at: row.updated_at,
    fingerprint: null,
    expires_at: row.expires_at,
    user: user ? { login: user.login, id: user.id, node_id: user.node_id, type: user.type } : null,
  };
}
