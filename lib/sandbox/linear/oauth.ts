import { createHash, timingSafeEqual } from 'node:crypto';
import type { OauthApp } from '../options.ts';
import { resolveRedirectUri, withParameters } from '../redirect-uri.ts';
import { provesConsent } from './consent-codes.ts';
import { endFamily, hashOf, issueGrant, newFamily, rotateGrant } from './grants.ts';
import type { LinearWorld } from './world.ts';

/** What may be asked for, and what it means to a person. */
export const scopeWords: Record<string, string> = {
  read: 'Read everything you can see',
  write: 'Change issues, comments and projects as you',
  'issues:create': 'Create issues',
  'comments:create': 'Create comments',
  admin: 'Manage the workspace: webhooks, teams, members',
};

export interface ConsentRequest {
  app: OauthApp;
  redirectUri: string;
  state: string | null;
  scopes: string[];
  codeChallenge: string | null;
  /** The request as it came, for the form to send again. */
  parameters: [name: string, value: string][];
}

export type ConsentOutcome =
  | { kind: 'ask'; request: ConsentRequest }
  | { kind: 'redirect'; location: string }
  | { kind: 'refuse'; reason: string };

const carried = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'actor',
];

/** https://linear.app/developers/oauth-2-0-authentication. Scopes are separated by commas. */
export function readConsentRequest(world: LinearWorld, query: URLSearchParams): ConsentOutcome {
  const app = world.apps.find((one) => one.clientId === query.get('client_id'));
  if (!app) return { kind: 'refuse', reason: 'No OAuth application has this client_id.' };
  const asked = query.get('redirect_uri');
  const redirectUri = asked === null ? null : resolveRedirectUri(app, asked);
  if (redirectUri === null) {
    return { kind: 'refuse', reason: 'Invalid redirect_uri parameter for the application.' };
  }
  const state = query.get('state');
  const back = (error: string, error_description: string): ConsentOutcome => ({
    kind: 'redirect',
    location: withParameters(redirectUri, { error, error_description, state }),
  });
  if (query.get('response_type') !== 'code') {
    return back('unsupported_response_type', 'response_type must be code.');
  }
  const scopes = [...new Set(['read', ...(query.get('scope') ?? '').split(',').filter(Boolean)])];
  const unknown = scopes.find((scope) => !Object.hasOwn(scopeWords, scope));
  if (unknown !== undefined) return back('invalid_scope', `Invalid scope: ${unknown}`);
  const codeChallenge = query.get('code_challenge');
  const method = query.get('code_challenge_method');
  if (codeChallenge !== null && (method !== 'S256' || !/^[\w-]{43}$/.test(codeChallenge))) {
    return back('invalid_request', 'The code_challenge must be made with S256.');
  }
  const parameters = carried.flatMap((name): [string, string][] => {
    const value = query.get(name);
    return value === null ? [] : [[name, value]];
  });
  return { kind: 'ask', request: { app, redirectUri, state, scopes, codeChallenge, parameters } };
}

/** The person has chosen: an account, or to go back. Returns where the browser goes next. */
export function answerConsent(
  world: LinearWorld,
  request: ConsentRequest,
  form: URLSearchParams,
): string {
  const { app, redirectUri, state, scopes, codeChallenge } = request;
  const person = world.tables.people.findOneBy('displayName', form.get('person') ?? '');
  if (!person?.active) {
    const error_description = 'The user denied the request.';
    return withParameters(redirectUri, { error: 'access_denied', error_description, state });
  }
  const code = world.codes.issue({
    clientId: app.clientId,
    personUuid: person.uuid,
    scopes,
    redirectUri,
    codeChallenge,
  });
  return withParameters(redirectUri, { code, state });
}

/** POST /oauth/token: a code or a refresh token for a new pair. Forms only. */
export async function answerToken(world: LinearWorld, request: Request): Promise<Response> {
  const form = await readForm(request);
  if (!form) return refusal(400, 'invalid_request', 'The body must be a form.');
  const app = appOf(world, form, request.headers);
  if (!app) return refusal(401, 'invalid_client', 'The client credentials are not valid.');
  const grant = form.get('grant_type');
  if (grant === 'refresh_token') {
    const fresh = rotateGrant(world, app.clientId, form.get('refresh_token') ?? '');
    return fresh ? granted(fresh) : refusal(400, 'invalid_grant', 'The refresh token is invalid.');
  }
  if (grant !== 'authorization_code') {
    return refusal(400, 'unsupported_grant_type', 'This grant_type is not supported.');
  }
  const pending = world.codes.take(form.get('code') ?? '');
  const holds =
    pending?.clientId === app.clientId &&
    pending.redirectUri === form.get('redirect_uri') &&
    provesConsent(pending.codeChallenge, form.get('code_verifier'));
  if (!pending || !holds) {
    return refusal(400, 'invalid_grant', 'The authorization code is invalid.');
  }
  const { clientId, personUuid, scopes } = pending;
  return granted(issueGrant(world, { clientId, personUuid, scopes, family: newFamily() }));
}

/** POST /oauth/revoke: ends the whole consent. A token nobody knows is 400, as Linear says. */
export async function answerRevoke(world: LinearWorld, request: Request): Promise<Response> {
  const form = await readForm(request);
  const bearer = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
  const token = form?.get('token') ?? form?.get('access_token') ?? bearer ?? '';
  const { grants } = world.tables;
  const hash = hashOf(token);
  const row = grants.findOneBy('accessHash', hash) ?? grants.findOneBy('refreshHash', hash);
  if (!row) return refusal(400, 'invalid_request', 'The token could not be revoked.');
  endFamily(world, row.family);
  return new Response(null, { status: 200 });
}

async function readForm(request: Request): Promise<URLSearchParams | null> {
  const type = request.headers.get('content-type') ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded')) return null;
  return new URLSearchParams(await request.text());
}

/** The client proves itself in the body or by HTTP Basic. */
function appOf(world: LinearWorld, form: URLSearchParams, headers: Headers): OauthApp | undefined {
  const encoded = /^Basic ([\w+/=-]+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  const [name = '', password = ''] = encoded
    ? Buffer.from(encoded, 'base64').toString('utf8').split(':').map(decodeURIComponent)
    : [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
  const app = world.apps.find((one) => one.clientId === name);
  return app && sameSecret(app.clientSecret, password) ? app : undefined;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const sameSecret = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

const granted = (body: object): Response =>
  Response.json(body, { headers: { 'cache-control': 'no-store', pragma: 'no-cache' } });

const refusal = (status: number, error: string, error_description: string): Response =>
  Response.json({ error, error_description }, { status, headers: { 'cache-control': 'no-store' } });
