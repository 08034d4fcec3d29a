import { createHash, timingSafeEqual } from 'node:crypto';
import type { OauthApp } from '../options.ts';
import { resolveRedirectUri, withParameters } from '../redirect-uri.ts';
import { SlackError } from './slack-error.ts';
import { issueToken } from './tokens.ts';
import { hashOf, type SlackWorld, team } from './world.ts';

/** What may be asked for, and what it means to a person. */
export const scopeWords: Readonly<Record<string, string>> = {
  'channels:read': 'See the public channels',
  'channels:history': 'Read messages of public channels it is in',
  'channels:join': 'Join public channels',
  'groups:read': 'See the private channels it is in',
  'groups:history': 'Read messages of private channels it is in',
  'users:read': 'See the people of the workspace',
  'reactions:read': 'See reactions',
  'reactions:write': 'React to messages',
  'chat:write': 'Post messages, and change its own',
  'team:read': 'See the workspace',
};

export interface InstallRequest {
  app: OauthApp;
  redirectUri: string;
  state: string | null;
  scopes: string[];
  codeChallenge: string | null;
  /** The request as it came, for the form to send again. */
  parameters: [name: string, value: string][];
}

export type InstallOutcome =
  | { kind: 'ask'; request: InstallRequest }
  | { kind: 'refuse'; reason: string };

const carried = [
  'client_id',
  'scope',
  'user_scope',
  'redirect_uri',
  'state',
  'code_challenge',
  'code_challenge_method',
];

/** https://docs.slack.dev/authentication/installing-with-oauth — faults are shown and never sent back. */
export function readInstallRequest(world: SlackWorld, query: URLSearchParams): InstallOutcome {
  const app = world.registered.find((one) => one.clientId === query.get('client_id'));
  if (!app) return { kind: 'refuse', reason: 'invalid_client_id' };
  const redirectUri = resolveRedirectUri(app, query.get('redirect_uri'));
  if (redirectUri === null) {
    return { kind: 'refuse', reason: 'redirect_uri did not match any configured URIs.' };
  }
  const scopes = [...new Set((query.get('scope') ?? '').split(/[, ]+/).filter(Boolean))];
  if (scopes.length === 0) return { kind: 'refuse', reason: 'No scopes requested.' };
  const unknown = scopes.find((scope) => !Object.hasOwn(scopeWords, scope));
  if (unknown !== undefined)
    return { kind: 'refuse', reason: `Invalid permissions requested: ${unknown}` };
  const codeChallenge = query.get('code_challenge');
  const isS256 = query.get('code_challenge_method') === 'S256';
  if (codeChallenge !== null && (!isS256 || !/^[\w-]{43}$/.test(codeChallenge))) {
    return { kind: 'refuse', reason: 'invalid code_challenge' };
  }
  const parameters = carried.flatMap((name): [string, string][] => {
    const value = query.get(name);
    return value === null ? [] : [[name, value]];
  });
  const state = query.get('state');
  return { kind: 'ask', request: { app, redirectUri, state, scopes, codeChallenge, parameters } };
}

/** Allow or cancel; returns where the browser goes next. */
export function answerInstall(world: SlackWorld, request: InstallRequest, allow: boolean): string {
  const { app, redirectUri, state, scopes, codeChallenge } = request;
  if (!allow) return withParameters(redirectUri, { error: 'access_denied', state });
  const code = world.codes.issue({
    clientId: app.clientId,
    login: team.id,
    scopes,
    redirectUri,
    codeChallenge,
  });
  return withParameters(redirectUri, { code, state });
}

/** https://docs.slack.dev/reference/methods/oauth.v2.access */
export function exchange(
  world: SlackWorld,
  form: Record<string, string>,
  authorization: string,
): Record<string, unknown> {
  const app = authenticate(world, form, authorization);
  const grant = form['grant_type'] ?? 'authorization_code';
  if (grant === 'refresh_token') return refresh(world, app, form['refresh_token'] ?? '');
  if (grant !== 'authorization_code') throw new SlackError('invalid_grant_type');
  const pending = world.codes.take(form['code'] ?? '');
  if (pending?.clientId !== app.clientId) throw new SlackError('invalid_code');
  const sent = form['redirect_uri'] ?? pending.redirectUri;
  if (sent !== pending.redirectUri) throw new SlackError('bad_redirect_uri');
  if (!proves(pending.codeChallenge, form['code_verifier'] ?? '')) {
    throw new SlackError('invalid_code_verifier');
  }
  return granted(world, app, pending.scopes);
}

function refresh(world: SlackWorld, app: OauthApp, secret: string): Record<string, unknown> {
  const old = world.tables.tokens.findOneBy('refreshHash', hashOf(secret));
  if (old?.clientId !== app.clientId || old.revoked) throw new SlackError('invalid_refresh_token');
  // A refresh token is good once.
  world.tables.tokens.update(old.id, { revoked: true });
  return granted(world, app, old.scopes);
}

function granted(world: SlackWorld, app: OauthApp, scopes: string[]): Record<string, unknown> {
  const row = world.tables.apps.findOneBy('clientId', app.clientId);
  return {
    ...issueToken(world, app.clientId, scopes, app.expiringTokens ?? false),
    token_type: 'bot',
    scope: scopes.join(','),
    bot_user_id: row?.botUser,
    app_id: row?.appId,
    team: { id: team.id, name: team.name },
    enterprise: null,
    authed_user: { id: world.tables.people.all()[0]?.key },
    is_enterprise_install: false,
  };
}

function authenticate(
  world: SlackWorld,
  form: Record<string, string>,
  authorization: string,
): OauthApp {
  const basic = /^Basic (.+)$/i.exec(authorization)?.[1];
  const [user = '', password = ''] = basic
    ? Buffer.from(basic, 'base64').toString('utf8').split(':').map(decodeURIComponent)
    : [form['client_id'], form['client_secret']];
  const app = world.registered.find((one) => one.clientId === user);
  if (!app) throw new SlackError('invalid_client_id');
  const [given, known] = [hashOf(password), hashOf(app.clientSecret)];
  if (!timingSafeEqual(Buffer.from(given), Buffer.from(known))) {
    throw new SlackError('bad_client_secret');
  }
  return app;
}

function proves(challenge: string | null, verifier: string): boolean {
  if (challenge === null) return true;
  return createHash('sha256').update(verifier).digest('base64url') === challenge;
}
