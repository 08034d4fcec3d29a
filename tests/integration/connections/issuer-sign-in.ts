import { createHash, randomBytes } from 'node:crypto';
import { clientId, clientSecret, type Issuer, walk } from './oidc-issuer.ts';

/** An access token, through the issuer's own pages and by none of the hub's code. */
export async function signInAt(
  issuer: Pick<Issuer, 'url'>,
  { home, login, scope }: { home: string; login: string; scope: string },
): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const start = new URL(`${issuer.url}/auth`);
  start.search = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: home,
    scope,
    state: 'of-the-test',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const answer = await walk(start.href, login, home);
  const granted = await fetch(`${issuer.url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      redirect_uri: home,
      code_verifier: verifier,
    }),
  });
  const { access_token: token } = (await granted.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`the issuer answered ${granted.status}`);
  return token;
}
