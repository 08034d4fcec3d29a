import type { OauthApp } from './options.ts';

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Where to send the person back, or null when the app did not register it. A registered address
 * must match to the letter; a loopback path is good on any loopback host and port (RFC 8252 §7.3).
 */
export function resolveRedirectUri(app: OauthApp, asked: string | null): string | null {
  if (asked === null) return app.redirectUris[0] ?? null;
  if (app.redirectUris.includes(asked)) return asked;
  if (!URL.canParse(asked)) return null;
  const url = new URL(asked);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  const web = url.protocol === 'http:' || url.protocol === 'https:';
  const known = app.loopbackPaths.includes(url.pathname);
  return web && plain && known && loopbackHosts.has(url.hostname) ? asked : null;
}

export function withParameters(uri: string, parameters: Record<string, string | null>): string {
  const url = new URL(uri);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) url.searchParams.set(name, value);
  }
  return url.href;
}
