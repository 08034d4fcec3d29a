import type { IncomingMessage } from 'node:http';

/** Where the two faces of the provider stand for one caller. No slash at the end. */
export interface Links {
  /** Pages for people: github.com in the original. */
  web: string;
  /** The REST API: api.github.com in the original. */
  api: string;
}

export const prefix = '/sandbox/github';

/** The address emulate believes it has; every link it makes starts with this and is rewritten. */
export const emulatedOrigin = 'http://emulated.invalid';
const emulatedHost = 'emulated.invalid';

export const linksAt = (apiOrigin: string, webOrigin = apiOrigin): Links => ({
  web: `${webOrigin}${prefix}`,
  api: `${apiOrigin}${prefix}/api`,
});

const loopbackAddresses = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** A host name with an optional port, and nothing that could end up in a header or a page as more. */
const hostPattern = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i;

export interface Caller {
  /** Scheme and host the caller used. */
  origin: string;
  /** True when a proxy on this machine passed the request on. */
  forwarded: boolean;
}

/** X-Forwarded-* is believed from this machine only. */
export function callerOf(request: IncomingMessage): Caller {
  const trusted = loopbackAddresses.has(request.socket.remoteAddress ?? '');
  const forwardedHost = trusted ? single(request.headers['x-forwarded-host']) : undefined;
  if (forwardedHost && hostPattern.test(forwardedHost)) {
    const scheme = single(request.headers['x-forwarded-proto']) === 'https' ? 'https' : 'http';
    return { origin: `${scheme}://${forwardedHost}`, forwarded: true };
  }
  const host = request.headers.host ?? '';
  const port = request.socket.localPort ?? 0;
  return {
    origin: hostPattern.test(host) ? `http://${host}` : `http://127.0.0.1:${port}`,
    forwarded: request.headers['x-forwarded-for'] !== undefined,
  };
}

function single(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  return text?.split(',')[0]?.trim();
}

/** Keys whose links lead to pages; all others lead to the API. */
const webKeys = new Set([
  'html_url',
  'avatar_url',
  'clone_url',
  'svn_url',
  'git_url',
  'ssh_url',
  'diff_url',
  'patch_url',
]);

/** Rewrites every link of an answer or a webhook for the one who will read it. */
export function rewriteLinks(value: unknown, links: Links, key = ''): unknown {
  if (typeof value === 'string') return rewriteLink(value, links, key);
  if (Array.isArray(value)) return value.map((item) => rewriteLinks(item, links, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, rewriteLinks(item, links, name)]),
  );
}

function rewriteLink(text: string, links: Links, key: string): string {
  if (text.startsWith(emulatedOrigin)) {
    return (webKeys.has(key) ? links.web : links.api) + text.slice(emulatedOrigin.length);
  }
  const host = links.web.replace(/^https?:\/\//, '');
  if (key === 'git_url' && text.startsWith(`git://${emulatedHost}`)) {
    return text.replace(emulatedHost, host);
  }
  if (key === 'ssh_url' && text.startsWith(`git@${emulatedHost}`)) {
    return text.replace(emulatedHost, new URL(links.web).hostname);
  }
  return text;
}

export const rewriteLinkHeader = (header: string, links: Links): string =>
  header.replaceAll(`<${emulatedOrigin}`, `<${links.api}`);
