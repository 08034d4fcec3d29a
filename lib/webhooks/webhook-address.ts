/** What decides whether a service can call us, and where. */
export interface Reachability {
  /** PUBLIC_URL: an https origin. */
  publicUrl: string | undefined;
  /** The gateway's port. */
  port: number;
  /** Where the API of the connection's service is. */
  apiBaseUrl: string;
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

export type WebhookBase = { baseUrl: string } | { unavailable: string };

/**
 * The origin a service is told to post to. Without a public address only a service on this very
 * machine (the sandbox) can reach us; of every other the changes are fetched.
 */
export function webhookBase(where: Reachability): WebhookBase {
  if (where.publicUrl !== undefined) return { baseUrl: where.publicUrl };
  if (URL.canParse(where.apiBaseUrl) && loopbackHosts.has(new URL(where.apiBaseUrl).hostname)) {
    return { baseUrl: `http://127.0.0.1:${where.port}` };
  }
  return {
    unavailable:
      'PUBLIC_URL is not set, so the service cannot reach this machine: changes are fetched instead, with some delay.',
  };
}

export const endpointUrl = (baseUrl: string, connector: string, endpointId: string): string =>
  `${baseUrl}/api/webhooks/${connector}/${endpointId}`;
