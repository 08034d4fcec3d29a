import type { AuthorizeEndpoints } from '#lib/connectors/protocol/index';

/**
 * Addresses of the apps that come with the installation: the sandbox's. The person's browser stays
 * on the hub's own origin (a path), our processes call the sandbox where it listens.
 */
export function presetEndpoints(
  sandboxUrl: string | undefined,
): (connector: string) => AuthorizeEndpoints | null {
  return (connector) => {
    if (sandboxUrl === undefined || connector !== 'github') return null;
    const base = `${sandboxUrl}/sandbox/github`;
    return {
      authorizeUrl: '/sandbox/github/login/oauth/authorize',
      tokenUrl: `${base}/login/oauth/access_token`,
      revokeUrl: `${base}/api/applications/{client_id}/token`,
      apiBaseUrl: `${base}/api`,
      webBaseUrl: base,
    };
  };
}
