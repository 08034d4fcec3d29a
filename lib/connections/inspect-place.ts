import type * as oauth from 'oauth4webapi';
import { isHubError } from '#lib/core/index';
import type { Outgoing } from '#lib/security/index';
import { describeIssuer } from './authorization-server.ts';
import type { CommandKind } from './command-runner.ts';
import {
  type CheckedAddress,
  type FormCheck,
  type FormPlace,
  formPlaceSchema,
} from './form-app-shape.ts';
import type { ConnectionDeps } from './worker-deps.ts';

/**
 * connections.inspect: what a service of a form says of itself, and whether the hub may call each of
 * its addresses. The worker is asked because the guard of outgoing calls, and the way out, are its own.
 */
export function inspectCommand(deps: Pick<ConnectionDeps, 'outgoing'>): CommandKind {
  return {
    isForWaiting: true,
    run: async (command) => {
      const place = formPlaceSchema.parse(command.payload);
      return { ...(await inspectPlace(deps.outgoing, place, command.signal)) };
    },
  };
}

export async function inspectPlace(
  outgoing: Outgoing,
  place: FormPlace,
  signal: AbortSignal,
): Promise<FormCheck> {
  const check = (name: CheckedAddress['name'], url: string | undefined): CheckedAddress[] =>
    url === undefined ? [] : [{ name, url, fault: faultOf(outgoing, name, url) }];
  const issuer = check('issuer', place.issuer);
  const canAsk = issuer.length > 0 && issuer[0]?.fault === null;
  const found = canAsk ? await describe(outgoing, place.issuer ?? '', signal) : null;
  if (canAsk && !found && issuer[0]) {
    issuer[0].fault = 'No service describes itself there under this very name.';
  }
  const server = found?.server;
  const addresses = [
    ...issuer,
    ...check('authorize_url', place.authorize_url ?? server?.authorization_endpoint),
    ...check('token_url', place.token_url ?? server?.token_endpoint),
    ...check('revoke_url', place.revoke_url ?? server?.revocation_endpoint),
    ...check('par_url', server?.pushed_authorization_request_endpoint),
    ...check('api_base_url', place.api_base_url),
  ];
  return {
    issuer: server?.issuer ?? null,
    discovery: found?.algorithm ?? null,
    addresses,
    names_itself: server?.authorization_response_iss_parameter_supported === true,
    scopes: (server?.scopes_supported ?? []).slice(0, 200),
    token_auths: server?.token_endpoint_auth_methods_supported ?? [],
    is_usable: isUsable(addresses),
  };
}

/** Sign-in page, token endpoint and API are there, and nothing is wrong with any address. */
export const isUsable = (addresses: readonly CheckedAddress[]): boolean =>
  addresses.every(({ fault }) => fault === null) &&
  (['authorize_url', 'token_url', 'api_base_url'] as const).every((needed) =>
    addresses.some(({ name }) => name === needed),
  );

/** OpenID Connect first: a service that has both says more there. */
async function describe(
  outgoing: Outgoing,
  issuer: string,
  signal: AbortSignal,
): Promise<{ server: oauth.AuthorizationServer; algorithm: 'oidc' | 'oauth2' } | null> {
  for (const algorithm of ['oidc', 'oauth2'] as const) {
    try {
      return { server: await describeIssuer({ issuer, algorithm, outgoing, signal }), algorithm };
    } catch (error) {
      signal.throwIfAborted();
      // A guard that says no, or nobody who answers: the other description lies at the same host.
      if (isHubError(error) && error.code !== 'provider.answer_too_large') return null;
    }
  }
  return null;
}

function faultOf(outgoing: Outgoing, name: CheckedAddress['name'], text: string): string | null {
  try {
    outgoing.check(text);
  } catch (error) {
    if (isHubError(error)) return error.message;
    throw error;
  }
  // RFC 6749 §3.1: no endpoint has a fragment; RFC 8414 §2: an issuer has no query either.
  if (text.includes('#')) return 'It has a fragment.';
  const isBare = name === 'issuer' || name === 'api_base_url';
  return isBare && text.includes('?') ? 'It has a query.' : null;
}
