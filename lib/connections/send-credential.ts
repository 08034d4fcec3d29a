import type { AuthKind, ConnectorManifest } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import { requireAuth } from './auth-mode.ts';

type Headers = Record<string, string>;

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** The one secret text that is kept for what a form held. */
export function toSecret(kind: 'api_key' | 'basic', fields: Record<string, string>): string {
  const { key = '', header, username = '', password = '' } = fields;
  if (kind === 'basic') return base64(`${username}:${password}`);
  // A line for each; neither may hold one.
  return header === undefined ? key : `${header}\n${key}`;
}

/** How the secret of a connection travels: always in one header, never in an address. */
export function sendCredential(
  manifest: ConnectorManifest,
  kind: AuthKind,
): (secret: string) => Headers {
  if (kind === 'webhook') {
    return () => {
      throw new HubError('provider.refused', 'This connection only listens: nothing is called.', {
        details: { sent: false },
      });
    };
  }
  if (kind === 'oauth2') return (token) => ({ authorization: `Bearer ${token}` });
  // RFC 7617, the charset being UTF-8.
  if (kind === 'basic') return (pair) => ({ authorization: `Basic ${pair}` });
  const { sent } = requireAuth(manifest, kind);
  if (sent.in === 'basic_username') {
    return (key) => ({ authorization: `Basic ${base64(`${key}:`)}` });
  }
  if (sent.in === 'named_header') {
    return (secret) => {
      const [header = '', key = ''] = secret.split('\n');
      const [name = '', word] = header.split(' ');
      return { [name.toLowerCase()]: word === undefined ? key : `${word} ${key}` };
    };
  }
  return (key) => ({ [sent.name.toLowerCase()]: `${sent.prefix}${key}` });
}
