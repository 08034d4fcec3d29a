import type { AuthorizeEndpoints } from '#lib/connectors/protocol/index';

type Addresses = (mount: { path: string; base: string }) => AuthorizeEndpoints;

/** By connector: one entry for each that has a sandbox. */
const addresses: Readonly<Record<string, Addresses>> = {
  github: ({ path, base }) => ({
    authorizeUrl: `${path}/login/oauth/authorize`,
    tokenUrl: `${base}/login/oauth/access_token`,
    revokeUrl: `${base}/api/applications/{client_id}/token`,
    apiBaseUrl: `${base}/api`,
    webBaseUrl: base,
  }),
  linear: ({ path, base }) => ({
    authorizeUrl: `${path}/oauth/authorize`,
    tokenUrl: `${base}/oauth/token`,
    revokeUrl: `${base}/oauth/revoke`,
    apiBaseUrl: base,
    webBaseUrl: base,
  }),
  slack: ({ path, base }) => ({
    authorizeUrl: `${path}/oauth/v2/authorize`,
    tokenUrl: `${base}/api/oauth.v2.access`,
    revokeUrl: null,
    apiBaseUrl: `${base}/api`,
    webBaseUrl: base,
  }),
  stripe: ({ base }) => ({
    authorizeUrl: null,
    tokenUrl: null,
    revokeUrl: null,
    apiBaseUrl: `${base}/api`,
    webBaseUrl: base,
  }),
};

/**
 * Addresses of the apps that come with the installation: the sandbox's. The person's browser stays
 * on the hub's own origin (a path), our processes call the sandbox where it listens.
 */
export function presetEndpoints(
  sandboxUrl: string | undefined,
): (connector: string) => AuthorizeEndpoints | null {
  return (connector) => {
    const at = Object.hasOwn(addresses, connector) ? addresses[connector] : undefined;
    if (sandboxUrl === undefined || at === undefined) return null;
    const path = `/sandbox/${connector}`;
    return at({ path, base: sandboxUrl + path });
  };
}

/** Where a sandbox service shows its app's signing secret and takes our address: below our own origin. */
const consoles: Readonly<Record<string, string>> = { slack: '/sandbox/slack/apps' };

export const presetConsole = (connector: string): string | null =>
  Object.hasOwn(consoles, connector) ? (consoles[connector] ?? null) : null;
