import { timingSafeEqual } from 'node:crypto';
import { provesChallenge } from './authorization-codes.ts';
import type { OauthApp } from './options.ts';
import { hashSecret, type IssuedToken, issueToken, rotateToken } from './tokens.ts';
import { findApp, type World } from './world.ts';

/** GitHub answers a failed exchange with status 200 and one of these. */
const refusals = {
  incorrect_client_credentials: 'The client_id and/or client_secret passed are incorrect.',
  bad_verification_code: 'The code passed is incorrect or expired.',
  redirect_uri_mismatch:
    'The redirect_uri MUST match the registered callback URL for this application.',
  bad_refresh_token: 'The refresh token passed is incorrect or expired.',
  unsupported_grant_type: 'The grant_type is not supported.',
} as const;

type Refusal = keyof typeof refusals;
type Exchange = IssuedToken | { error: Refusal };

/**
 * POST /login/oauth/access_token. Parameters come as a form, as JSON or in the query; the client's
 * credentials also by HTTP Basic.
 */
export function exchangeToken(
  world: World,
  parameters: URLSearchParams,
  headers: Headers,
): Response {
  const basic = basicCredentials(headers.get('authorization'));
  const clientId = basic?.name ?? parameters.get('client_id') ?? '';
  const secret = basic?.password ?? parameters.get('client_secret') ?? '';
  const app = findApp(world, clientId);
  if (!app) return Response.json({ error: 'Not Found' }, { status: 404 });
  const outcome = secretMatches(app, secret)
    ? exchange(world, app, parameters)
    : ({ error: 'incorrect_client_credentials' } as const);
  return tokenAnswer(outcome, headers.get('accept') ?? '');
}

export interface BasicCredentials {
  name: string;
  password: string;
}

/** RFC 6749 §2.3.1: both halves are form-encoded before they are joined. */
export function basicCredentials(header: string | null): BasicCredentials | null {
  const encoded = /^basic\s+([\w+/=-]+)$/i.exec(header ?? '')?.[1];
  if (!encoded) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return null;
  return { name: decodeForm(text.slice(0, colon)), password: decodeForm(text.slice(colon + 1)) };
}

export function secretMatches(app: OauthApp, secret: string): boolean {
  const given = Buffer.from(hashSecret(secret));
  return timingSafeEqual(given, Buffer.from(hashSecret(app.clientSecret)));
}

function decodeForm(text: string): string {
  return new URLSearchParams(`v=${text.replaceAll('&', '%26')}`).get('v') ?? text;
}

function exchange(world: World, app: OauthApp, parameters: URLSearchParams): Exchange {
  const grant = parameters.get('grant_type') ?? 'authorization_code';
  if (grant === 'refresh_token') {
    const rotated = rotateToken(world, app, parameters.get('refresh_token') ?? '');
    return rotated ?? { error: 'bad_refresh_token' };
  }
  if (grant !== 'authorization_code') return { error: 'unsupported_grant_type' };
  const pending = world.codes.take(parameters.get('code') ?? '');
  if (!pending || pending.clientId !== app.clientId) return { error: 'bad_verification_code' };
  const redirectUri = parameters.get('redirect_uri');
  if (redirectUri !== null && redirectUri !== pending.redirectUri) {
    return { error: 'redirect_uri_mismatch' };
  }
  if (!provesChallenge(pending.codeChallenge, parameters.get('code_verifier'))) {
    return { error: 'bad_verification_code' };
  }
  return issueToken(world, app, pending.login, pending.scopes);
}

/** JSON when asked for, else a form, which is GitHub's default. */
function tokenAnswer(outcome: Exchange, accept: string): Response {
  const body: Record<string, unknown> =
    'error' in outcome
      ? {
          error: outcome.error,
          error_description: refusals[outcome.error],
          error_uri:
            'https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors',
        }
      : { ...outcome };
  const headers = { 'cache-control': 'no-store' };
  if (/[/+]json/.test(accept)) return Response.json(body, { headers });
  const form = new URLSearchParams(
    Object.entries(body).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return new Response(form.toString(), {
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  });
}
