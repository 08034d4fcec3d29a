import type { AuthorizeEndpoints, ConnectorManifest } from '#lib/connectors/protocol/index';
import { authOf } from '#lib/connectors/protocol/index';
import type { CheckedAddress, FormDefinition } from './form-app-shape.ts';

/** The part of an app that says what the service is; both null for a provider we know. */
export interface Defined {
  title: string | null;
  definition: FormDefinition | null;
}

/** The manifest as this app fills it in; that of a provider we know stays as it is. */
export function filledIn(
  manifest: ConnectorManifest,
  { title, definition }: Defined,
): ConnectorManifest {
  const mode = authOf(manifest, 'oauth2');
  if (!mode?.byForm || definition === null) return manifest;
  return {
    ...manifest,
    provider: title ?? manifest.provider,
    auth: [
      {
        ...mode,
        scopes: { read: definition.scopes, write: [], webhooks: [] },
        tokenAuth: definition.token_auth,
        nonce: definition.scopes.includes('openid'),
        par: definition.par_url !== null,
        ...(definition.issuer === null ? {} : { issuer: definition.issuer }),
        ...(definition.discovery === null ? {} : { discovery: definition.discovery }),
        ...(definition.par_url === null ? {} : { parUrl: definition.par_url }),
      },
    ],
  };
}

/** Somebody else's service: a provider we know, its sandbox, or another app of the workspace. */
export interface TakenPlace {
  name: string;
  /** A form never reaches it: its client is its own. */
  isBuiltIn: boolean;
  authorizeHost: string | null;
  /** Of all its other addresses, and of this one. */
  hosts: ReadonlySet<string>;
}

/** Without the dot of the root, which leads to the same host (RFC 3986 §3.2.2). */
const hostOf = (url: string): string | null =>
  URL.canParse(url) ? new URL(url).host.replace(/\.(?=:|$)/, '') : null;

export function takenPlace(
  name: string,
  isBuiltIn: boolean,
  endpoints: Partial<AuthorizeEndpoints>,
  hosts: readonly string[] = [],
): TakenPlace {
  const { authorizeUrl, tokenUrl, revokeUrl, apiBaseUrl, webBaseUrl } = endpoints;
  const oauth = [authorizeUrl, tokenUrl, revokeUrl];
  const urls = isBuiltIn ? [...oauth, apiBaseUrl, webBaseUrl] : oauth;
  return {
    name,
    isBuiltIn,
    authorizeHost: hostOf(authorizeUrl ?? ''),
    hosts: new Set([...hosts, ...urls.flatMap((url) => hostOf(url ?? '') ?? [])]),
  };
}

/**
 * What keeps a form from standing between two services. One that a connector knows has its own
 * client, which nothing else may reach. And of a service that another app uses, all or nothing may be
 * named: its sign-in page with a foreign token endpoint would bring its codes there, and its token
 * endpoint with a foreign page foreign codes to it (COAT; draft-ietf-oauth-security-topics-update).
 */
export function judgeAddresses(
  addresses: readonly CheckedAddress[],
  taken: readonly TakenPlace[],
): CheckedAddress[] {
  const authorizeHost = hostOf(addresses.find(({ name }) => name === 'authorize_url')?.url ?? '');
  return addresses.map((address) => {
    const host = hostOf(address.url);
    if (address.fault !== null || host === null) return address;
    const builtIn = taken.find((place) => place.isBuiltIn && place.hosts.has(host));
    if (builtIn) {
      return {
        ...address,
        fault: `It belongs to ${builtIn.name}, which has a connector of its own.`,
      };
    }
    if (address.name === 'api_base_url') return address;
    const other = taken.find(
      (place) => place.hosts.has(host) && place.authorizeHost !== authorizeHost,
    );
    if (!other) return mixed(address, authorizeHost, addresses, taken);
    return {
      ...address,
      fault: `It belongs to the app ${other.name}, whose sign-in page is another.`,
    };
  });
}

/** The sign-in page of another app, with a token endpoint that is not that app's. */
function mixed(
  address: CheckedAddress,
  authorizeHost: string | null,
  addresses: readonly CheckedAddress[],
  taken: readonly TakenPlace[],
): CheckedAddress {
  if (address.name !== 'authorize_url') return address;
  const others = addresses.filter(({ name }) => name === 'token_url' || name === 'par_url');
  const owner = taken.find(
    (place) =>
      place.authorizeHost === authorizeHost &&
      others.some(({ url }) => !place.hosts.has(hostOf(url) ?? '')),
  );
  if (!owner) return address;
  return {
    ...address,
    fault: `It is the sign-in page of the app ${owner.name}, whose token endpoint is another.`,
  };
}
