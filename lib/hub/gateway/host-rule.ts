/** A host name or address with an optional port, and nothing that could end up elsewhere as more. */
const hostPattern = /^(?<name>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/i;
const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a request may be served under the host it names. Without a public address only loopback
 * names count: a page of the web whose name suddenly points to 127.0.0.1 (DNS rebinding) sends its
 * own name. With one, only that name; health stays reachable from this machine.
 */
export function mayServe(
  host: string | undefined,
  path: string,
  publicUrl: string | undefined,
): boolean {
  const name = hostPattern.exec(host ?? '')?.groups?.['name']?.toLowerCase();
  if (host === undefined || name === undefined) return false;
  if (publicUrl === undefined) return loopbackNames.has(name);
  if (loopbackNames.has(name)) return path.startsWith('/api/health/');
  const wanted = new URL(publicUrl);
  const port = host.slice(name.length + 1);
  return name === wanted.hostname && (port === wanted.port || (port === '443' && !wanted.port));
}
