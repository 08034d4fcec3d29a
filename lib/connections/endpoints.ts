import type { AuthorizeEndpoints, ConnectorManifest } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';

/** An app as far as its addresses go. `endpoints` is empty for the provider's own service. */
export interface AppPlace {
  connector: string;
  is_preset: boolean;
  endpoints: Partial<AuthorizeEndpoints>;
}

/**
 * Addresses of an app. Those of a preset app (the sandbox) come from the running configuration and
 * not from its row, because its port may be another one after a restart.
 */
export function resolveEndpoints(
  manifest: ConnectorManifest,
  app: AppPlace,
  preset: (connector: string) => AuthorizeEndpoints | null,
): AuthorizeEndpoints {
  if (!app.is_preset) return { ...manifest.endpoints, ...app.endpoints };
  const endpoints = preset(app.connector);
  if (!endpoints) {
    throw new HubError(
      'connections.not_active',
      'The sandbox this connection belongs to is switched off.',
    );
  }
  return endpoints;
}

/** Addresses of a self-hosted instance, from its web address. */
export function selfHostedEndpoints(
  manifest: ConnectorManifest,
  baseUrl: string,
): AuthorizeEndpoints {
  const { endpoints, selfHostedApiPath } = manifest;
  if (selfHostedApiPath === null) {
    throw new HubError('request.invalid', `${manifest.provider} cannot be self-hosted.`);
  }
  const base = new URL(baseUrl);
  if (base.protocol !== 'https:' && base.protocol !== 'http:') {
    throw new HubError('request.invalid', 'The address must begin with https://.');
  }
  const web = `${base.origin}${base.pathname.replace(/\/+$/, '')}`;
  const api = `${web}${selfHostedApiPath}`;
  const moved = (url: string | null): string | null => {
    if (url === null) return null;
    const from = new URL(url);
    const isWeb = from.origin === new URL(endpoints.webBaseUrl).origin;
    // {client_id} must stay readable: URL writes its braces as escapes.
    return `${isWeb ? web : api}${decodeURI(from.pathname).replace(/\/$/, '')}`;
  };
  return {
    authorizeUrl: moved(endpoints.authorizeUrl),
    tokenUrl: moved(endpoints.tokenUrl),
    revokeUrl: moved(endpoints.revokeUrl),
    apiBaseUrl: api,
    webBaseUrl: web,
  };
}

/** An app of a service that a form describes, as its redirect URI names it. */
export interface FormAppPath {
  workspaceId: string;
  slug: string;
}

/**
 * Where a provider sends people back to: one address per connector, and one per app where a connector
 * has several (COAT: a path of its own). It is known before there is an app, because the service
 * wants it first.
 */
export const redirectUriOf = (origin: string, connector: string, app?: FormAppPath): string =>
  app === undefined
    ? `${origin}/api/oauth/${connector}/callback`
    : `${origin}/api/oauth/${connector}/${app.workspaceId}/${app.slug}/callback`;

/**
 * What a provider may call itself in `iss` (RFC 9207): the origin of its authorization endpoint, or
 * that endpoint without its last part, as GitHub does.
 */
export function issuersOf({ origin, pathname }: URL): string[] {
  return [origin, `${origin}${pathname.replace(/\/[^/]*$/, '')}`];
}
