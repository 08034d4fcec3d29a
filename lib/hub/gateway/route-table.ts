import type { IncomingMessage } from 'node:http';
import { mayServe } from './host-rule.ts';

export type Upstream = 'web' | 'supabase' | 'sandbox';

export type Destination =
  | { to: 'live' }
  | { to: 'ready' }
  /** Empty names stand for an address that cannot exist. */
  | { to: 'webhook'; connector: string; endpointId: string }
  | { to: Upstream };

/** Who answers a request, or why nobody does. */
export type Route =
  | Destination
  | { to: 'nobody'; code: 'request.invalid' | 'request.host_refused' };

interface Parts {
  supabase: boolean;
  sandbox: boolean;
}

export function routeOf(
  request: Pick<IncomingMessage, 'url' | 'headers'>,
  has: Parts,
  publicUrl: string | undefined,
): Route {
  const path = pathOf(request);
  if (path === null) return { to: 'nobody', code: 'request.invalid' };
  return mayServe(request.headers.host, path, publicUrl)
    ? destinationOf(path, has)
    : { to: 'nobody', code: 'request.host_refused' };
}

/** The path without its query; null for `GET http://elsewhere/`, `OPTIONS *` and paths that climb. */
export function pathOf(request: Pick<IncomingMessage, 'url'>): string | null {
  const url = request.url ?? '';
  const path = url.split('?', 1)[0] ?? '';
  return url.startsWith('/') && !climbs(path) ? path : null;
}

const webhookPattern =
  /^\/api\/webhooks\/(?<connector>[a-z][a-z0-9_]{0,39})\/(?<id>[0-9a-f-]{36})$/i;

/** Who answers a path (without its query). What is configured off falls to the web process: 404. */
export function destinationOf(path: string, has: Parts): Destination {
  if (path === '/api/health/live') return { to: 'live' };
  if (path === '/api/health/ready') return { to: 'ready' };
  if (path.startsWith('/api/webhooks/')) {
    const found = webhookPattern.exec(path)?.groups;
    return {
      to: 'webhook',
      connector: found?.['connector'] ?? '',
      endpointId: found?.['id'] ?? '',
    };
  }
  if (has.supabase && /^\/(rest|realtime)\/v1(\/|$)/.test(path)) return { to: 'supabase' };
  if (has.sandbox && /^\/sandbox(\/|$)/.test(path)) return { to: 'sandbox' };
  return { to: 'web' };
}

/**
 * Whether a path has a `.` or `..` segment, spelled out or escaped. Browsers resolve these before they
 * send; here the prefix would decide who answers, and the process behind us would then resolve
 * `/rest/v1/../../auth/v1` to something this port does not offer.
 */
const climbs = (path: string): boolean =>
  /(?:^|[/\\])(?:\.|%2e){1,2}(?:[/\\]|$)/i.test(path.replace(/%2f/gi, '/').replace(/%5c/gi, '\\'));

/** Sockets there are: Realtime's, and the one by which `npm run dev` reloads pages. */
export const maySwitch = (to: Destination['to'], path: string): to is Upstream =>
  to === 'supabase' || (to === 'web' && path.startsWith('/_next/'));
