import type { HttpRequest } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';

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
