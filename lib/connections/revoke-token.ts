import { HubError, isHubError } from '#lib/core/index';
import { requireOAuth } from './auth-mode.ts';
import { serverOf } from './authorization-server.ts';
import type { Credential } from './credential.ts';
import type { TokenClient } from './token-endpoint.ts';

/** How a revocation ended; `why` for people. */
export type Revoked =
  | { outcome: 'revoked' | 'already_invalid' | 'unsupported' }
  | { outcome: 'failed'; why: string };

const bounds = { timeoutMs: 10_000, maxBytes: 65_536 };

/**
 * Gives access back at the provider: RFC 7009 for the refresh token and then the access token, because
 * revoking one does not always end the other, or DELETE with HTTP Basic and the token in the body
 * (GitHub: https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token). Never throws
 * for an answer of the service; what came of it stands in the receipt.
 */
export async function revokeCredential(
  client: TokenClient,
  { accessToken, refreshToken }: Pick<Credential, 'accessToken' | 'refreshToken'>,
  signal: AbortSignal,
): Promise<Revoked> {
  const mode = requireOAuth(client.manifest);
  if (mode.revoke === 'none' || mode.revoke === 'api') return { outcome: 'unsupported' };
  try {
    const { provider } = client.manifest;
    const { revocation_endpoint: url } = await serverOf({ ...client, provider, mode, signal });
    if (url === undefined) return { outcome: 'unsupported' };
    if (mode.revoke === 'delete_with_basic')
      return await deleteToken(client, url, accessToken, signal);
    const access = { token: accessToken, hint: 'access_token' };
    if (refreshToken === null) return judge(await postToken(client, url, access, signal), false);
    const refresh = { token: refreshToken, hint: 'refresh_token' };
    const first = judge(await postToken(client, url, refresh, signal), false);
    if (first.outcome === 'failed') return first;
    const status = await postToken(client, url, access, signal);
    // Most end the whole grant with the refresh token (RFC 7009 §2.1), and some then answer 400 to
    // the access token, as one they do not know, or as a kind they do not revoke.
    return status === 400 ? first : judge(status, false);
  } catch (error) {
    if (!isHubError(error)) throw error;
    return { outcome: 'failed', why: error.message };
  }
}

async function deleteToken(
  client: TokenClient,
  url: string,
  token: string,
  signal: AbortSignal,
): Promise<Revoked> {
  const { status } = await client.outgoing.send({
    method: 'DELETE',
    url: url.replace('{client_id}', encodeURIComponent(client.clientId)),
    headers: { ...common, authorization: basic(client), 'content-type': 'application/json' },
    body: JSON.stringify({ access_token: token }),
    ...bounds,
    signal,
  });
  return judge(status, true);
}

/** RFC 7009 §2.1; the client proves itself as it does at the token endpoint. */
async function postToken(
  client: TokenClient,
  url: string,
  { token, hint }: { token: string; hint: string },
  signal: AbortSignal,
): Promise<number> {
  const isBasic = requireOAuth(client.manifest).tokenAuth === 'client_secret_basic';
  const form = new URLSearchParams({ token, token_type_hint: hint });
  if (!isBasic) {
    form.set('client_id', client.clientId);
    form.set('client_secret', client.clientSecret);
  }
  const { status } = await client.outgoing.send({
    method: 'POST',
    url,
    headers: {
      ...common,
      ...(isBasic ? { authorization: basic(client) } : {}),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: form.toString(),
    ...bounds,
    signal,
  });
  return status;
}

const common = { accept: 'application/json', 'user-agent': 'Patchbay' };

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
