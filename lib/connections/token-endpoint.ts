import * as oauth from 'oauth4webapi';
import type {
  AuthorizeEndpoints,
  ConnectorManifest,
  OAuthMode,
} from '#lib/connectors/protocol/index';
import { type Outgoing, outgoingFetch } from '#lib/security/index';
import { requireOAuth } from './auth-mode.ts';
import { mayBePlain, serverOf } from './authorization-server.ts';
import type { Credential } from './credential.ts';
import { badAnswer, faultOf, judgeError, readError } from './token-faults.ts';

/** One OAuth client at one provider, with its secret in the clear for the length of a call. */
export interface TokenClient {
  manifest: ConnectorManifest;
  endpoints: AuthorizeEndpoints;
  clientId: string;
  clientSecret: string;
  outgoing: Outgoing;
  nowMs: number;
}

export interface Granted {
  credential: Credential;
  /** Null when the answer names none: then they are what was asked (RFC 6749 §5.1). */
  scopes: string[] | null;
}

/** refused: the provider answered, and asking again would get the same. */
export type TokenOutcome = { granted: Granted } | { refused: { error: string } };

/** The lease of a refresh is longer than this, so its holder always hears the end of its call. */
const tokenTimeoutMs = 12_000;
const tokenAnswerMaxBytes = 65_536;
/** A token that claims to live longer is one of no stated end. */
const maxLifeSeconds = 315_360_000;

/** The issuer's clock may stand so many seconds beside ours (id tokens only). */
const skewSeconds = 30;

/** RFC 6749 §4.1.3 with PKCE (RFC 7636 §4.5); an id token with the nonce where one was asked for. */
export function exchangeCode(
  client: TokenClient,
  grant: { code: string; redirectUri: string; verifier: string; nonce: string | null },
  signal: AbortSignal,
): Promise<TokenOutcome> {
  return ask(client, signal, async ({ server, self, auth, options, types }) => {
    const answer = new URLSearchParams({ code: grant.code });
    // State and iss were checked against their row before the code came here.
    if (server.authorization_response_iss_parameter_supported) answer.set('iss', server.issuer);
    const checked = oauth.validateAuthResponse(server, self, answer, oauth.skipStateCheck);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      self,
      auth,
      checked,
      grant.redirectUri,
      grant.verifier,
      options,
    );
    return {
      response,
      read: (copy) =>
        oauth.processAuthorizationCodeResponse(server, self, copy, {
          ...types,
          ...(grant.nonce === null ? {} : { expectedNonce: grant.nonce, requireIdToken: true }),
        }),
    };
  });
}

/** RFC 6749 §6. An answer without a new refresh token leaves the old one in force. */
export async function refreshToken(
  client: TokenClient,
  old: string,
  signal: AbortSignal,
): Promise<TokenOutcome> {
  const outcome = await ask(client, signal, async ({ server, self, auth, options, types }) => ({
    response: await oauth.refreshTokenGrantRequest(server, self, auth, old, options),
    read: (copy) => oauth.processRefreshTokenResponse(server, self, copy, types),
  }));
  if ('granted' in outcome) outcome.granted.credential.refreshToken ??= old;
  return outcome;
}

interface Desk {
  server: oauth.AuthorizationServer;
  self: oauth.Client;
  auth: oauth.ClientAuth;
  options: oauth.TokenEndpointRequestOptions;
  types: { recognizedTokenTypes: oauth.RecognizedTokenTypes };
}

interface Asked {
  response: Response;
  read(copy: Response): Promise<oauth.TokenEndpointResponse>;
}

async function ask(
  client: TokenClient,
  signal: AbortSignal,
  call: (desk: Desk) => Promise<Asked>,
): Promise<TokenOutcome> {
  const mode = requireOAuth(client.manifest);
  const { provider } = client.manifest;
  const server = await serverOf({ ...client, provider, mode, signal });
  const bounds = { timeoutMs: tokenTimeoutMs, maxBytes: tokenAnswerMaxBytes };
  const asked = await call({
    server,
    self: { client_id: client.clientId, [oauth.clockTolerance]: skewSeconds },
    auth: clientAuth(mode, client.clientSecret),
    types: { recognizedTokenTypes: recognized(mode) },
    options: {
      signal,
      [oauth.customFetch]: outgoingFetch(client.outgoing, bounds),
      [oauth.allowInsecureRequests]: mayBePlain(server.token_endpoint ?? ''),
    },
  });
  const text = await asked.response.text();
  const error = readError(text);
  if (error !== null) return judgeError(error, provider);
  const { status, headers } = asked.response;
  if (status !== 200) throw faultOf(status, provider);
  try {
    const answer = await asked.read(new Response(text, { status, headers }));
    return { granted: toGranted(answer, mode, client.nowMs) };
  } catch (cause) {
    throw badAnswer(provider, cause);
  }
}

/** How the client proves itself, at the token endpoint and where a request is pushed to. */
export const clientAuth = (mode: OAuthMode, secret: string): oauth.ClientAuth =>
  mode.tokenAuth === 'client_secret_basic'
    ? oauth.ClientSecretBasic(secret)
    : oauth.ClientSecretPost(secret);

/** Names some providers give to what is a bearer token; the library knows only the usual one. */
const recognized = (mode: OAuthMode): oauth.RecognizedTokenTypes =>
  Object.fromEntries(
    mode.tokenRules.types
      .filter((type) => type !== 'bearer')
      .map((type) => [type, () => undefined]),
  );

function toGranted(answer: oauth.TokenEndpointResponse, mode: OAuthMode, nowMs: number): Granted {
  if (!mode.tokenRules.types.includes(answer.token_type)) throw new Error('Not a bearer token');
  const life = answer.expires_in;
  const expires = life !== undefined && life > 0 && life <= maxLifeSeconds;
  return {
    credential: {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token ?? null,
      obtainedAtMs: nowMs,
      expiresAtMs: expires ? nowMs + life * 1000 : null,
    },
    scopes: answer.scope === undefined ? null : answer.scope.split(/[\s,]+/).filter(Boolean),
  };
}
