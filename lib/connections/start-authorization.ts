import { createHash, randomBytes } from 'node:crypto';
import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from 'oauth4webapi';
import type { Ability, ConnectorManifest, OAuthMode } from '#lib/connectors/protocol/index';
import { HubError, newId } from '#lib/core/index';
import { asUser, type Tx } from '#lib/db/index';
import { sealTo } from '#lib/security/index';
import { type AppRow, findApp, readApp } from './app-store.ts';
import { requireOAuth, requireUrl } from './auth-mode.ts';
import { authorizeReplySchema } from './authorize-command.ts';
import { awaitCommand, requestCommand } from './command-request.ts';
import { maySetUp, readAsked } from './connection-store.ts';
import { issuersOf, redirectUriOf, resolveEndpoints } from './endpoints.ts';
import { filledIn } from './form-app.ts';
import { insertState } from './oauth-state-store.ts';
import { nonceOf } from './oidc-nonce.ts';
import { scopesToAsk } from './scope-abilities.ts';
import { requestField, verifierField } from './sealed-fields.ts';
import type { Actor, ConnectionWebDeps } from './web-deps.ts';

export interface AuthorizationRequest {
  workspaceId: string;
  connector: string;
  /** Which of them, where a connector has several; a connection that is renewed has its own. */
  appId?: string | undefined;
  /** Reconnect in place. */
  connectionId?: string | undefined;
  /** What the access is to be good for; everything the connector can do where nothing is said. */
  abilities?: readonly Ability[] | undefined;
  /** Path within this hub, checked by the schema of the route. */
  returnTo: string;
  /** Of the hub as this browser uses it; never taken from a header nobody checked. */
  origin: string;
}

/** A provider that has to be asked first gets this long. */
const authorizeWaitMs = 15_000;

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
  const known = deps.connectors.get(request.connector)?.manifest;
  if (!known) throw new HubError('request.invalid', 'There is no such connector.');
  const isByForm = requireOAuth(known).byForm === true;
  const { app, scopesAsked } = await asUser(deps.db, actor, (tx) =>
    readWhatIsAsked(tx, request, isByForm),
  );
  if (!app) {
    throw new HubError(
      'connections.app_missing',
      `Set up the OAuth app of ${known.provider} in Settings first.`,
    );
  }
  const manifest = filledIn(known, app);
  const mode = requireOAuth(manifest);
  const state = randomBytes(32).toString('base64url');
  const verifier = generateRandomCodeVerifier();
  const path = isByForm ? { workspaceId: request.workspaceId, slug: app.slug } : undefined;
  const redirectUri = redirectUriOf(request.origin, request.connector, path);
  const scopes = scopesToAsk(mode.scopes, request.abilities, scopesAsked);
  const parameters = {
    ...mode.authorizeParameters,
    response_type: 'code',
    client_id: app.client_id,
    redirect_uri: redirectUri,
    scope: scopes.join(mode.scopeSeparator),
    state,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: mode.pkce,
    ...(mode.nonce ? { nonce: nonceOf(verifier) } : {}),
  };
  const page = await findPage(deps, actor, { ...request, manifest, mode, app, parameters });
  const stateHash = hashState(state);
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
    scopes,
    issuers: page.issuers,
    isIssuerRequired: page.isIssuerRequired,
    verifier: sealTo(deps.sealKey, verifier, {
      workspaceId: request.workspaceId,
      ownerId: stateHash.toString('hex'),
      field: verifierField,
    }).envelope,
  });
  return { authorize_url: page.url.href };
}

/** Only the hash is kept: whoever reads the database cannot finish somebody's sign-in. */
export const hashState = (state: string): Buffer => createHash('sha256').update(state).digest();

/** Under the member's claims; row security hides what is not theirs. */
async function readWhatIsAsked(
  tx: Tx,
  request: AuthorizationRequest,
  isByForm: boolean,
): Promise<{ app: AppRow | null; scopesAsked: string[] }> {
  if (!(await maySetUp(tx, request.workspaceId))) throw new HubError('identity.forbidden');
  const place = { workspaceId: request.workspaceId, connector: request.connector };
  const connection =
    request.connectionId === undefined
      ? null
      : await readAsked(tx, { ...place, connectionId: request.connectionId });
  const scopesAsked = connection?.scopes_asked ?? [];
  if (!isByForm) return { app: await findApp(tx, place), scopesAsked };
  const appId = connection?.app_id ?? request.appId;
  if (appId === undefined || (connection && request.appId && request.appId !== appId)) {
    throw new HubError('request.invalid', 'Say which app is meant.', {
      details: { errors: [{ field: 'app_id', reason: connection ? 'is another' : 'is missing' }] },
    });
  }
  const app = await readApp(tx, { ...place, appId });
  return { app: app?.connector === request.connector ? app : null, scopesAsked };
}

interface Asking extends AuthorizationRequest {
  manifest: ConnectorManifest;
  mode: OAuthMode;
  app: AppRow;
  parameters: Record<string, string>;
}

interface Page {
  url: URL;
  /** What the provider may call itself in the answer. */
  issuers: string[];
  isIssuerRequired: boolean;
}

/** Where the browser goes. The provider is asked first, by the worker, where that is needed. */
async function findPage(deps: ConnectionWebDeps, actor: Actor, asking: Asking): Promise<Page> {
  const { manifest, mode, app, parameters } = asking;
  if (mode.discovery || mode.par) return askWorker(deps, actor, asking);
  const endpoints = resolveEndpoints(manifest, app, deps.presetEndpoints);
  // A preset app's address is a path: the sandbox's pages lie under the hub's own origin.
  const page = new URL(requireUrl(endpoints.authorizeUrl, manifest), asking.origin);
  const isElsewhere = app.is_preset || (!mode.byForm && Object.keys(app.endpoints).length > 0);
  const issuers = mode.issuer === undefined || isElsewhere ? issuersOf(page) : [mode.issuer];
  return { url: withParameters(page, parameters), issuers, isIssuerRequired: false };
}

async function askWorker(deps: ConnectionWebDeps, actor: Actor, asking: Asking): Promise<Page> {
  const id = newId(deps.clock.now());
  const sealed = sealTo(deps.sealKey, JSON.stringify(asking.parameters), {
    workspaceId: asking.workspaceId,
    ownerId: id,
    field: requestField,
  });
  await requestCommand(deps.db, {
    id,
    workspaceId: asking.workspaceId,
    kind: 'connections.authorize',
    payload: { app_id: asking.app.id },
    sealed: sealed.envelope,
    requestedBy: actor.userId,
    timeoutMs: authorizeWaitMs,
  });
  const reply = authorizeReplySchema.parse(await awaitCommand(deps.db, id, authorizeWaitMs));
  const page = new URL(reply.authorize_url);
  const parameters =
    reply.request_uri === null
      ? asking.parameters
      : { client_id: asking.app.client_id, request_uri: reply.request_uri };
  return {
    url: withParameters(page, parameters),
    issuers: [reply.issuer],
    isIssuerRequired: reply.is_issuer_required,
  };
}

function withParameters(page: URL, parameters: Record<string, string>): URL {
  const url = new URL(page);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}
