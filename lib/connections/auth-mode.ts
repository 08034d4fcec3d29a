import {
  type AuthKind,
  type AuthMode,
  authOf,
  type ConnectorManifest,
  type OAuthMode,
} from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';

/** The connector's mode of this kind; without one the account has to be connected another way. */
export function requireAuth<K extends AuthKind>(
  manifest: ConnectorManifest,
  kind: K,
): Extract<AuthMode, { kind: K }> {
  const mode = authOf(manifest, kind);
  if (mode) return mode;
  const words = {
    oauth2: 'OAuth',
    api_key: 'an API key',
    basic: 'user name and password',
    webhook: 'webhooks alone',
  };
  throw new HubError(
    'request.invalid',
    `${manifest.provider} is not connected by ${words[kind]}.`,
    { details: { errors: [{ field: 'connector', reason: `has no ${kind}` }] } },
  );
}

export const requireOAuth = (manifest: ConnectorManifest): OAuthMode =>
  requireAuth(manifest, 'oauth2');

/** An address that OAuth cannot do without. */
export function requireUrl(url: string | null, manifest: ConnectorManifest): string {
  if (url !== null) return url;
  throw new HubError('connections.app_missing', `${manifest.provider} has no OAuth address here.`);
}
