import { timingSafeEqual } from 'node:crypto';
import { HubError } from '#lib/core/index';
import { hashToken } from './secret-token.ts';
import type { IdentitySettings } from './settings.ts';

type OriginSettings = Pick<IdentitySettings, 'publicUrl' | 'gatewayToken'>;

const loopbackHost =
  /^(?:localhost|[a-z0-9-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/;

/** Whether the gateway sent this request: only then do its x-forwarded-* headers count. */
export function isFromGateway(headers: Headers, settings: OriginSettings): boolean {
  const token = headers.get('x-patchbay-gateway');
  if (token === null || settings.gatewayToken === null) return false;
  return timingSafeEqual(hashToken(token), hashToken(settings.gatewayToken));
}

/**
 * The origin the browser sees. With PUBLIC_URL there is one; a loopback-only instance serves any
 * loopback name and port (so that a forwarded port works) and nothing else, which is what keeps a
 * foreign name that resolves to 127.0.0.1 out (DNS rebinding). Throws `request.host_refused`.
 */
export function requestOrigin(headers: Headers, settings: OriginSettings): string {
  const trusted = isFromGateway(headers, settings);
  const forwarded = trusted ? headers.get('x-forwarded-host') : null;
  const host = (forwarded ?? headers.get('host') ?? '').toLowerCase();
  if (settings.publicUrl !== null) {
    if (host === new URL(settings.publicUrl).host || loopbackHost.test(host)) {
      return settings.publicUrl;
    }
    throw new HubError('request.host_refused');
  }
  if (!loopbackHost.test(host)) throw new HubError('request.host_refused');
  const isHttps = trusted && headers.get('x-forwarded-proto') === 'https';
  return `${isHttps ? 'https' : 'http'}://${host}`;
}

/** The caller's address as the gateway saw it; null when nobody trustworthy said. */
export function requestAddress(headers: Headers, settings: OriginSettings): string | null {
  if (!isFromGateway(headers, settings)) return null;
  return headers.get('x-forwarded-for')?.split(',').at(-1)?.trim().slice(0, 64) || null;
}

/**
 * Whether a page of this hub sent the request. Browsers put Origin on every write and scripts
 * cannot change it; where it is missing, Sec-Fetch-Site must vouch. Fails closed.
 */
export function isSameOrigin(headers: Headers, settings: OriginSettings): boolean {
  const origin = headers.get('origin');
  if (origin === null) return headers.get('sec-fetch-site') === 'same-origin';
  return origin === requestOrigin(headers, settings);
}
