import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  askToken,
  consent,
  graphql,
  linearApp,
  type OpenSandbox,
  openLinear,
  pkce,
  redirectUri,
  tokenOf,
} from './linear-harness.ts';

let sandbox: OpenSandbox;
beforeAll(async () => {
  sandbox = await openLinear();
});
afterAll(() => sandbox.dispose());

const viewer = async (token: string) => {
  const answer = await graphql(sandbox, token, '{ viewer { displayName } }');
  return answer.errors[0]?.extensions.code ?? answer.data?.['viewer'];
};

test('the whole flow gives a token that says who it is and how long it lives', async () => {
  const token = await tokenOf(sandbox);
  expect(token).toMatchObject({ status: 200, expires_in: 86_399, scope: 'read write admin' });
  expect(await viewer(token.access_token)).toEqual({ displayName: 'mara' });
  expect(await viewer('lin_oauth_nobody')).toBe('AUTHENTICATION_ERROR');
});

test('an unknown client or address never redirects; other mistakes go back with their name', async () => {
  expect(await consent(sandbox, { client_id: 'nobody' })).toMatchObject({ status: 400 });
  expect(await consent(sandbox, { redirect_uri: `${redirectUri}/x` })).toMatchObject({
    status: 400,
    location: null,
  });
  const errorOf = async (more: Record<string, string>) =>
    (await consent(sandbox, more)).location?.searchParams.get('error');
  expect(await errorOf({ scope: 'read,everything' })).toBe('invalid_scope');
  expect(await errorOf({ scope: 'read write' })).toBe('invalid_scope');
  expect(await errorOf({ response_type: 'token' })).toBe('unsupported_response_type');
  expect(await errorOf({ code_challenge: 'short', code_challenge_method: 'S256' })).toBe(
    'invalid_request',
  );
  expect(await errorOf({ person: 'henrik' })).toBe('access_denied');
  expect(await errorOf({ person: '' })).toBe('access_denied');
});

test('a code is good once, for its client, its address and its verifier', async () => {
  const { verifier, challenge } = pkce();
  const fresh = async () => {
    const challenged = { code_challenge: challenge, code_challenge_method: 'S256' };
    const code = (await consent(sandbox, challenged)).location?.searchParams.get('code') ?? '';
    return { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
  };
  const good = { ...(await fresh()), code_verifier: verifier };
  expect((await askToken(sandbox, { ...good, client_secret: 'wrong' })).error).toBe(
    'invalid_client',
  );
  expect((await askToken(sandbox, good)).status).toBe(200);
  expect((await askToken(sandbox, good)).error).toBe('invalid_grant');
  expect((await askToken(sandbox, await fresh())).error).toBe('invalid_grant');
  const other = { ...(await fresh()), code_verifier: pkce().verifier };
  expect((await askToken(sandbox, other)).error).toBe('invalid_grant');
  const moved = { ...(await fresh()), code_verifier: verifier, redirect_uri: `${redirectUri}2` };
  expect((await askToken(sandbox, moved)).error).toBe('invalid_grant');
});

test('refreshing ends the old pair, and using a refresh token twice ends the family', async () => {
  const first = await tokenOf(sandbox);
  const refresh = (refresh_token: string) =>
    askToken(sandbox, { grant_type: 'refresh_token', refresh_token });
  const second = await refresh(first.refresh_token);
  expect(second.status).toBe(200);
  expect(await viewer(first.access_token)).toBe('AUTHENTICATION_ERROR');
  expect(await viewer(second.access_token)).toEqual({ displayName: 'mara' });
  expect((await refresh(first.refresh_token)).error).toBe('invalid_grant');
  expect(await viewer(second.access_token)).toBe('AUTHENTICATION_ERROR');
  expect((await refresh(second.refresh_token)).error).toBe('invalid_grant');
});

test('an expired token can be refreshed, a revoked one cannot', async () => {
  const { control, url } = sandbox.at('linear');
  const token = await tokenOf(sandbox, { person: 'elif' });
  await control.call('POST', '/tokens/expire', { login: 'elif' });
  expect(await viewer(token.access_token)).toBe('AUTHENTICATION_ERROR');
  const next = await askToken(sandbox, {
    grant_type: 'refresh_token',
    refresh_token: token.refresh_token,
  });
  expect(await viewer(next.access_token)).toEqual({ displayName: 'elif' });
  const revoke = (token_: string) =>
    fetch(`${url}/oauth/revoke`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`${linearApp.clientId}:${linearApp.clientSecret}`)}`,
      },
      body: new URLSearchParams({ token: token_ }),
    });
  expect((await revoke(next.access_token)).status).toBe(200);
  expect(await viewer(next.access_token)).toBe('AUTHENTICATION_ERROR');
  expect((await revoke(next.access_token)).status).toBe(400);
});

test('the consent page names what is asked and lets nobody else frame it', async () => {
  const query = new URLSearchParams({
    client_id: linearApp.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'read,write,admin',
  });
  const page = await fetch(`${sandbox.at('linear').url}/oauth/authorize?${query}`);
  expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  const text = await page.text();
  for (const word of ['Manage the workspace', 'Mara Lindqvist', 'localhost:4123']) {
    expect(text).toContain(word);
  }
  expect(text).not.toContain('Henrik');
});
