import type { OauthApp } from './options.ts';
import { resolveRedirectUri, withParameters } from './redirect-uri.ts';
import { normaliseScopes, parseScopes } from './scopes.ts';
import { findApp, type World } from './world.ts';

/** What a request to /login/oauth/authorize asks for, checked. */
export interface AuthorizeRequest {
  app: OauthApp;
  redirectUri: string;
  state: string | null;
  scopes: string[];
  codeChallenge: string | null;
  /** The request as it came, for the form to send again. */
  parameters: [name: string, value: string][];
}

export type AuthorizeOutcome =
  | { kind: 'ask'; request: AuthorizeRequest }
  | { kind: 'redirect'; location: string }
  | { kind: 'refuse'; reason: string };

const carried = [
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
];

/**
 * The authorize step of GitHub's web flow. An unknown app or address never redirects.
 * https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
export function readAuthorizeRequest(world: World, query: URLSearchParams): AuthorizeOutcome {
  const app = findApp(world, query.get('client_id') ?? '');
  if (!app) return { kind: 'refuse', reason: 'No OAuth app has this client_id.' };
  const redirectUri = resolveRedirectUri(app, query.get('redirect_uri'));
  if (redirectUri === null) {
    return {
      kind: 'refuse',
      reason: 'The redirect_uri is not associated with this application.',
    };
  }
  const state = query.get('state');
  const codeChallenge = query.get('code_challenge');
  const method = query.get('code_challenge_method');
  if (codeChallenge !== null && (method !== 'S256' || !/^[\w-]{43}$/.test(codeChallenge))) {
    const location = withParameters(redirectUri, {
      error: 'invalid_request',
      error_description: 'The code_challenge must be a SHA-256 digest with the method S256.',
      state,
    });
    return { kind: 'redirect', location };
  }
  const parameters = carried.flatMap((name): [string, string][] => {
    const value = query.get(name);
    return value === null ? [] : [[name, value]];
  });
  const scopes = normaliseScopes(parseScopes(query.get('scope')));
  return { kind: 'ask', request: { app, redirectUri, state, scopes, codeChallenge, parameters } };
}

/** The person has chosen: an account, or to go back. Returns where the browser goes next. */
export function answerAuthorize(
  world: World,
  request: AuthorizeRequest,
  form: URLSearchParams,
): string {
  const login = form.get('login');
  const user = login === null ? undefined : world.tables.users.findOneBy('login', login);
  if (!user) {
    return withParameters(request.redirectUri, {
      error: 'access_denied',
      error_description: 'The user has denied your application access.',
      error_uri:
        'https://docs.github.com/apps/managing-oauth-apps/troubleshooting-authorization-request-errors#access-denied',
      state: request.state,
    });
  }
  const chosen = form.getAll('granted');
  const code = world.codes.issue({
    clientId: request.app.clientId,
    login: user.login,
    scopes: request.scopes.filter((scope) => chosen.includes(scope)),
    redirectUri: request.redirectUri,
    codeChallenge: request.codeChallenge,
  });
  return withParameters(request.redirectUri, { code, state: request.state });
}
