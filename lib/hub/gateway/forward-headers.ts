import type { IncomingMessage } from 'node:http';
import { clientAddress, type ProxyTrust } from './client-address.ts';
import type { Upstream } from './route-table.ts';

/** Of one connection only (RFC 9110 §7.6.1), and what `Connection` names besides. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/**
 * Never to be named by `Connection`: without its length a body would go on as bytes that look like
 * another request, and without `host` it would be somebody else's.
 */
const endToEnd = new Set(['content-length', 'host']);

/**
 * What only we, or Next itself, may say. `x-middleware-*` once let anybody skip the middleware
 * (CVE-2025-29927).
 */
const reserved = /^(x-forwarded-|x-patchbay-|x-middleware-|x-invoke-|x-real-ip$|forwarded$)/;

export interface ForwardRules {
  upstream: Upstream;
  token: string;
  publicUrl: string | undefined;
  isTrustedProxy: ProxyTrust;
}

type HeaderSource = Pick<IncomingMessage, 'headers' | 'rawHeaders'> & {
  socket: { remoteAddress?: string | undefined };
};

/** Whose request it is, as far as somebody we believe says so. */
export const addressOf = (request: HeaderSource, isTrusted: ProxyTrust): string =>
  clientAddress(request.socket.remoteAddress, request.headers['x-forwarded-for'], isTrusted);

/** Headers for the process behind us, as a flat list of names and values in the order they came. */
export function requestHeaders(request: HeaderSource, rules: ForwardRules): string[] {
  const kept = without(request.rawHeaders, request.headers.connection, (name, value) =>
    reserved.test(name) ? null : name === 'cookie' ? cookiesFor(rules.upstream, value) : value,
  );
  const isPublic = rules.publicUrl !== undefined;
  kept.push('x-forwarded-host', request.headers.host ?? '');
  kept.push('x-forwarded-proto', isPublic ? 'https' : 'http');
  kept.push('x-forwarded-for', addressOf(request, rules.isTrustedProxy));
  if (rules.upstream === 'web') kept.push('x-patchbay-gateway', rules.token);
  // The length was taken over; a body without one must stay framed as one.
  if (request.headers['transfer-encoding'] !== undefined) kept.push('transfer-encoding', 'chunked');
  return kept;
}

/** Headers of an answer, as a flat list. Repeated names stay repeated (set-cookie). */
export const answerHeaders = (
  rawHeaders: readonly string[],
  connection: string | undefined,
): string[] => without(rawHeaders, connection, (_, value) => value);

function without(
  rawHeaders: readonly string[],
  connection: string | undefined,
  keep: (name: string, value: string) => string | null,
): string[] {
  const named = new Set(
    (connection ?? '')
      .toLowerCase()
      .trim()
      .split(/\s*,\s*/),
  );
  const kept: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || (named.has(lower) && !endToEnd.has(lower))) continue;
    const value = keep(lower, rawHeaders[at + 1] ?? '');
    if (value !== null) kept.push(name, value);
  }
  return kept;
}

/** The session's cookie is for the web process alone; the sandbox gets its own, Supabase needs none. */
function cookiesFor(upstream: Upstream, value: string): string | null {
  if (upstream === 'web') return value;
  if (upstream === 'supabase') return null;
  const own = value.split(/;\s*/).filter((cookie) => cookie.startsWith('sandbox_'));
  return own.length > 0 ? own.join('; ') : null;
}
