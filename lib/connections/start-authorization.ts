import { createHash, randomBytes } from 'node:crypto';
import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from 'oauth4webapi';
import { allScopes, type OAuthMode } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import { asUser, type Tx } from '#lib/db/index';
import { sealTo } from '#lib/security/index';
import { type AppRow, findApp } from './app-store.ts';
import { requireOAuth, requireUrl } from './auth-mode.ts';
import { issuersOf, redirectUriOf, resolveEndpoints } from './endpoints.ts';
import { insertState } from './oauth-state-store.ts';
import { verifierField } from './sealed-fields.ts';
import type { Actor, ConnectionWebDeps } from './web-deps.ts';

export interface AuthorizationRequest {
  workspaceId: string;
  connector: string;
  /** Reconnect in place. */
  connectionId?: string | undefined;
  /** Path within this hub, checked by the schema of the route. */
  returnTo: string;
  /** Of the hub as this browser uses it; never taken from a header nobody checked. */
  origin: string;
}

/**
 * Begins an authorization: a random state of 32 bytes (kept as SHA-256), bound to session, user,
 * workspace, connector and the exact redirect URI, and PKCE with S256 (RFC 7636, RFC 9700 §2.1). The
 * verifier is sealed to the worker, so the process that sees the code cannot use it.
 */
export async function startAuthorization(
  deps: ConnectionWebDeps,
  actor: Actor,
  request: AuthorizationRequest,
): Promise<{ authorize_url: string }> {
  const manifest = deps.connectors.get(request.connector)?.manifest;
  if (!manifest) throw new HubError('request.invalid', 'There is no such connector.');
  const oauth = requireOAuth(manifest);
  const app = await asUser(deps.db, actor, (tx) => readWhatIsAsked(tx, request));
  if (!app) {
    throw new HubError(
      'connections.app_missing',
      `Set up the OAuth app of ${manifest.provider} in Settings first.`,
    );
  }
  const state = randomBytes(32).toString('base64url');
  const stateHash = hashState(state);
  const verifier = generateRandomCodeVerifier();
  const redirectUri = redirectUriOf(request.origin, request.connector);
  const sealed = sealTo(deps.sealKey, verifier, {
    workspaceId: request.workspaceId,
    ownerId: stateHash.toString('hex'),
    field: verifierField,
  });
  const endpoints = resolveEndpoints(manifest, app, deps.presetEndpoints);
  // A preset app's address is a path: the sandbox's pages lie under the hub's own origin.
  const page = new URL(requireUrl(endpoints.authorizeUrl, manifest), request.origin);
  await insertState(deps.db, {
    stateHash,
    workspaceId: request.workspaceId,
    sessionId: actor.sessionId,
    userId: actor.userId,
    connector: request.connector,
    appId: app.id,
    connectionId: request.connectionId ?? null,
    redirectUri,
    returnTo: request.returnTo,
    scopes: allScopes(oauth.scopes),
    issuers: issuersOf(page),
    verifier: sealed.envelope,
  });
  const challenge = await calculatePKCECodeChallenge(verifier);
  return {
    authorize_url: authorizeUrl(page, oauth, {
      client_id: app.client_id,
      redirect_uri: redirectUri,
      state,
      code_challenge: challenge,
    }),
  };
}

/** Only the hash is kept: whoever reads the database cannot finish somebody's sign-in. */
export const hashState = (state: string): Buffer => createHash('sha256').update(state).digest();

/** Under the member's claims; row security hides what is not theirs. */
async function readWhatIsAsked(tx: Tx, request: AuthorizationRequest): Promise<AppRow | null> {
  const [may] = await tx`
    select 1 from private.my_workspaces('admin') w where w = ${request.workspaceId}`;
  if (!may) throw new HubError('identity.forbidden');
  if (request.connectionId !== undefined) {
    const [connection] = await tx`
      select 1 from public.connections where id = ${request.connectionId}
        and workspace_id = ${request.workspaceId} and connector = ${request.connector}`;
    if (!connection) throw new HubError('resource.not_found');
  }
  return findApp(tx, request);
}

function authorizeUrl(page: URL, oauth: OAuthMode, parameters: Record<string, string>): string {
  const url = new URL(page);
  url.searchParams.set('response_type', 'code');
  url.searchParams.set('scope', allScopes(oauth.scopes).join(oauth.scopeSeparator));
  url.searchParams.set('code_challenge_method', oauth.pkce);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
