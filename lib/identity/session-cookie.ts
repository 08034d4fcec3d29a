/**
 * The cookie's name. `__Host-` binds it to this very host over TLS (RFC 6265bis §4.1.3.2), which a
 * plain http loopback origin cannot have.
 */
export const sessionCookieName = (origin: string): string =>
  origin.startsWith('https://') ? '__Host-patchbay.session' : 'patchbay.session';

export const sessionCookieOptions = (origin: string) => ({
  httpOnly: true,
  // Lax, not Strict: the provider's redirect back to us must carry it.
  sameSite: 'lax' as const,
  path: '/',
  secure: origin.startsWith('https://'),
});

/** At most this much of a Cookie header is read. */
const cookieHeaderChars = 16_384;

export function readCookies(headers: Headers): Record<string, string> {
  const cookies: Record<string, string> = {};
  for (const pair of (headers.get('cookie') ?? '').slice(0, cookieHeaderChars).split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(at, 0)).trim();
    // The first one wins: browsers send the most specific path first.
    if (name === '' || Object.hasOwn(cookies, name)) continue;
    cookies[name] = decode(pair.slice(at + 1).trim());
  }
  return cookies;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
