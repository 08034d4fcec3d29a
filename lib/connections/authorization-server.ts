import * as oauth from 'oauth4webapi';
import type { AuthorizeEndpoints, OAuthMode } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import { type Outgoing, outgoingFetch } from '#lib/security/index';

/** What is asked of whom when a provider describes itself. */
export interface ServerQuestion {
  provider: string;
  mode: OAuthMode;
  endpoints: AuthorizeEndpoints;
  outgoing: Outgoing;
  signal: AbortSignal;
}

const metadataTimeoutMs = 8_000;
const metadataMaxBytes = 262_144;
/** Metadata changes rarely, and an exchange must not wait for it each time. */
const keptMs = 600_000;
const keptMax = 200;

interface Kept {
  server: oauth.AuthorizationServer;
  untilMs: number;
}
const kept = new WeakMap<Outgoing, Map<string, Kept>>();

/**
 * The authorization server of a mode: what its metadata says (RFC 8414, OpenID Connect Discovery),
 * and over it the addresses that were set by hand. The issuer in the metadata must be the one that
 * was asked, letter for letter.
 */
export async function serverOf(question: ServerQuestion): Promise<oauth.AuthorizationServer> {
  const { mode, endpoints } = question;
  const found = mode.discovery && mode.issuer ? await discover(question, mode.issuer) : null;
  const tokenUrl = endpoints.tokenUrl ?? found?.token_endpoint;
  const authorizeUrl = endpoints.authorizeUrl ?? found?.authorization_endpoint;
  const revokeUrl = endpoints.revokeUrl ?? found?.revocation_endpoint;
  if (tokenUrl === undefined) {
    throw new HubError(
      'connections.app_missing',
      `${question.provider} has no OAuth address here.`,
    );
  }
  return {
    ...found,
    issuer: found?.issuer ?? mode.issuer ?? new URL(tokenUrl).origin,
    token_endpoint: tokenUrl,
    ...(authorizeUrl === undefined ? {} : { authorization_endpoint: authorizeUrl }),
    ...(revokeUrl === undefined ? {} : { revocation_endpoint: revokeUrl }),
    ...(mode.parUrl === undefined ? {} : { pushed_authorization_request_endpoint: mode.parUrl }),
  };
}

async function discover(
  { provider, mode, outgoing, signal }: ServerQuestion,
  issuer: string,
): Promise<oauth.AuthorizationServer> {
  const cache = kept.get(outgoing) ?? new Map<string, Kept>();
  kept.set(outgoing, cache);
  const algorithm = mode.discovery === 'oidc' ? 'oidc' : 'oauth2';
  const key = `${algorithm} ${issuer}`;
  const present = cache.get(key);
  if (present && present.untilMs > performance.now()) return present.server;
  const server = await describeIssuer({ issuer, algorithm, outgoing, signal }).catch(
    (cause: unknown) => {
      throw new HubError(
        'provider.bad_answer',
        `${provider} does not describe itself at ${new URL(issuer).host}, or calls itself by another name.`,
        { retry: 'later', cause },
      );
    },
  );
  cache.delete(key);
  cache.set(key, { server, untilMs: performance.now() + keptMs });
  if (cache.size > keptMax) cache.delete(cache.keys().next().value ?? '');
  return server;
}

/** What an issuer says of itself now; the name it gives itself is the one that was asked. */
export async function describeIssuer(question: {
  issuer: string;
  algorithm: 'oidc' | 'oauth2';
  outgoing: Outgoing;
  signal: AbortSignal;
}): Promise<oauth.AuthorizationServer> {
  const url = new URL(question.issuer);
  const bounds = { timeoutMs: metadataTimeoutMs, maxBytes: metadataMaxBytes };
  const answer = await oauth.discoveryRequest(url, {
    algorithm: question.algorithm,
    signal: question.signal,
    [oauth.customFetch]: outgoingFetch(question.outgoing, bounds),
    [oauth.allowInsecureRequests]: url.protocol === 'http:',
  });
  return oauth.processDiscoveryResponse(url, answer);
}

/** Plain http reaches only what the operator allowed by name: the outgoing guard decides. */
export const mayBePlain = (url: string): boolean => new URL(url).protocol === 'http:';
