import { HubError, isHubError } from '#lib/core/index';
import { requireOAuth } from './auth-mode.ts';
import type { TokenClient } from './token-endpoint.ts';

/** How a revocation ended; `why` for people. */
export type Revoked =
  | { outcome: 'revoked' | 'already_invalid' | 'unsupported' }
  | { outcome: 'failed'; why: string };

const revokeTimeoutMs = 10_000;
const answerMaxBytes = 65_536;

/**
 * Gives access back at the provider: RFC 7009, or DELETE with HTTP Basic and the token in the body
 * (GitHub: https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token). Never throws
 * for an answer of the service; what came of it stands in the receipt.
 */
export async function revokeToken(
  client: TokenClient,
  token: string,
  signal: AbortSignal,
): Promise<Revoked> {
  const { revokeUrl } = client.endpoints;
  const { revoke } = requireOAuth(client.manifest);
  if (revokeUrl === null || revoke === 'none') return { outcome: 'unsupported' };
  const isDelete = revoke === 'delete_with_basic';
  try {
    const { status } = await client.outgoing.send({
      method: isDelete ? 'DELETE' : 'POST',
      url: revokeUrl.replace('{client_id}', encodeURIComponent(client.clientId)),
      headers: {
        accept: 'application/json',
        'user-agent': 'Patchbay',
        authorization: basic(client),
        'content-type': isDelete ? 'application/json' : 'application/x-www-form-urlencoded',
      },
      body: isDelete
        ? JSON.stringify({ access_token: token })
        : new URLSearchParams({ token }).toString(),
      timeoutMs: revokeTimeoutMs,
      maxBytes: answerMaxBytes,
      signal,
    });
    return judge(status, isDelete);
  } catch (error) {
    if (!isHubError(error)) throw error;
    return { outcome: 'failed', why: error.message };
  }
}

function judge(status: number, isDelete: boolean): Revoked {
  if (status >= 200 && status < 300) return { outcome: 'revoked' };
  // With DELETE the token is the thing that is looked for, and it is not there.
  if (isDelete && (status === 404 || status === 422)) return { outcome: 'already_invalid' };
  const why = new HubError('provider.refused').message;
  return { outcome: 'failed', why: `${why} (${status}).` };
}

/** RFC 6749 §2.3.1: both halves are form-encoded before they are joined. */
function basic(client: TokenClient): string {
  const encode = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  const pair = `${encode(client.clientId)}:${encode(client.clientSecret)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
