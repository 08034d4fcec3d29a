import type { ConnectorManifest, HttpRequest } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';

/**
 * A credential goes to the hosts its connector names. Only a sandbox, or a service that people may run
 * themselves, has a base address of its own; whatever a row says, another connector has none.
 */
export function assertHost(
  manifest: Pick<ConnectorManifest, 'hosts' | 'endpoints' | 'selfHostedApiPath'>,
  place: { is_preset: boolean },
  baseUrl: string,
): void {
  const isOwnPlace = place.is_preset || manifest.selfHostedApiPath !== null;
  const hosts = [...manifest.hosts, new URL(manifest.endpoints.apiBaseUrl).host];
  if (isOwnPlace || hosts.includes(new URL(baseUrl).host)) return;
  throw new HubError('provider.host_refused', 'The credential may not go to this host.', {
    details: { sent: false },
  });
}

/** The path is appended, never resolved, and may not climb out of the base. */
export function addressOf(baseUrl: string, request: Pick<HttpRequest, 'path' | 'query'>): URL {
  const base = new URL(baseUrl);
  const root = base.pathname.replace(/\/+$/, '');
  const url = new URL(`${base.origin}${root}${request.path}`);
  const isInside =
    request.path.startsWith('/') &&
    url.origin === base.origin &&
    url.username === '' &&
    (root === '' || url.pathname.startsWith(`${root}/`));
  if (!isInside) {
    throw new HubError('provider.host_refused', 'The credential may not go to this address.', {
      details: { sent: false },
    });
  }
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}
