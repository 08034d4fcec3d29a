import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  api,
  authorize,
  connectApp,
  exchange,
  openSandbox,
  pkce,
  redirectUri,
  rotatingApp,
  tokenOf,
} from './sandbox-harness.ts';

let sandbox: Awaited<ReturnType<typeof openSandbox>>;
let now = Date.parse('2026-03-01T10:00:00.500Z');

beforeAll(async () => {
  sandbox = await openSandbox({ clock: { now: () => now, random: () => 0.5 } });
});
afterAll(() => sandbox.dispose());

const codeOf = (url: URL): string => url.searchParams.get('code') ?? '';

test('the whole flow with PKCE ends in a token that knows its person and scopes', async () => {
  const { verifier, challenge } = pkce();
  const back = await authorize(sandbox, { challenge, state: 'abc', login: 'priya-raman' });
  expect(back.origin + back.pathname).toBe(redirectUri);
  expect(back.searchParams.get('state')).toBe('abc');
  const answer = await exchange(sandbox, {
    code: codeOf(back),
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
  expect(answer).toMatchObject({
    token_type: 'bearer',
    scope: 'admin:repo_hook,read:user,repo,user:email',
  });
  expect(answer['access_token']).toMatch(/^gho_[A-Za-z0-9]{36}$/);
  expect(answer).not.toHaveProperty('refresh_token');
  const user = await api(sandbox, String(answer['access_token']), 'GET', '/user');
  expect(user.json).toMatchObject({ login: 'priya-raman', type: 'User' });
  expect(user.headers.get('x-oauth-scopes')).toBe('admin:repo_hook, read:user, repo, user:email');
  expect(user.headers.get('x-oauth-client-id')).toBe(connectApp.clientId);
});

test('the page offers each person by login, the scopes, and a way out', async () => {
  const query = new URLSearchParams({
    client_id: connectApp.clientId,
    redirect_uri: redirectUri,
    scope: 'repo user:email',
  });
  const response = await fetch(`${sandbox.url}/login/oauth/authorize?${query}`);
  const page = await response.text();
  expect(page).toContain('<button name="login" value="mara-lindqvist">mara-lindqvist</button>');
  expect(page).toContain('value="user:email" checked');
  expect(page).toContain('>Cancel</button>');
  expect(page).toContain('(not verified)');
  const policy = response.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  // Chromium applies form-action to redirects too, so the address of the app must be named.
  expect(policy).toContain("form-action 'self' http://localhost:4123");
});

test('cancelling gives access_denied with the state and no code', async () => {
  const back = await authorize(sandbox, { cancel: true, state: 'xyz' });
  expect(back.searchParams.get('error')).toBe('access_denied');
  expect(back.searchParams.get('state')).toBe('xyz');
  expect(back.searchParams.has('code')).toBe(false);
});

test('a wrong, a missing verifier and a second use of the code are refused with status 200', async () => {
  const { verifier, challenge } = pkce();
  const wrong = codeOf(await authorize(sandbox, { challenge }));
  const parameters = { code: wrong, code_verifier: pkce().verifier };
  expect(await exchange(sandbox, parameters)).toMatchObject({ error: 'bad_verification_code' });
  const again = { code: wrong, code_verifier: verifier };
  expect(await exchange(sandbox, again)).toMatchObject({ error: 'bad_verification_code' });

  const missing = codeOf(await authorize(sandbox, { challenge }));
  expect(await exchange(sandbox, { code: missing })).toMatchObject({
    error: 'bad_verification_code',
  });

  const good = codeOf(await authorize(sandbox, { challenge }));
  const used = { code: good, code_verifier: verifier };
  expect(await exchange(sandbox, used)).toHaveProperty('access_token');
  expect(await exchange(sandbox, used)).toMatchObject({ error: 'bad_verification_code' });
});

test('PKCE with another method than S256 does not even begin', async () => {
  const query = new URLSearchParams({
    client_id: connectApp.clientId,
    redirect_uri: redirectUri,
    state: 's',
    code_challenge: pkce().challenge,
    code_challenge_method: 'plain',
  });
  const response = await fetch(`${sandbox.url}/login/oauth/authorize?${query}`, {
    redirect: 'manual',
  });
  expect(response.headers.get('location')).toContain('error=invalid_request');
});

test('codes live ten minutes and belong to one app', async () => {
  const late = codeOf(await authorize(sandbox));
  now += 600_001;
  expect(await exchange(sandbox, { code: late })).toMatchObject({ error: 'bad_verification_code' });
  const foreign = codeOf(await authorize(sandbox, { clientId: rotatingApp.clientId }));
  expect(await exchange(sandbox, { code: foreign })).toMatchObject({
    error: 'bad_verification_code',
  });
});

test('credentials: Basic is taken, a wrong secret is told in a 200, an unknown app is a 404', async () => {
  const basic = (name: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
  });
  const code = codeOf(await authorize(sandbox));
  const wrong = await exchange(sandbox, { code }, basic(connectApp.clientId, 'not-the-secret'));
  expect(wrong).toMatchObject({ error: 'incorrect_client_credentials' });
  const right = await exchange(
    sandbox,
    { code },
    basic(connectApp.clientId, connectApp.clientSecret),
  );
  expect(right).toHaveProperty('access_token');
  const unknown = await fetch(`${sandbox.url}/login/oauth/access_token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'nobody', client_secret: 'x', code }),
  });
  expect(unknown.status).toBe(404);
});

test('without Accept the answer is a form, and parameters may come as JSON', async () => {
  const code = codeOf(await authorize(sandbox));
  const { clientId, clientSecret } = connectApp;
  const response = await fetch(`${sandbox.url}/login/oauth/access_token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: clientId, client_secret: clientSecret, code }),
  });
  expect(response.headers.get('content-type')).toContain('application/x-www-form-urlencoded');
  expect(new URLSearchParams(await response.text()).get('access_token')).toMatch(/^gho_/);
});

test('redirect addresses: registered to the letter, or a loopback path on any port', async () => {
  const ask = (redirect: string) =>
    fetch(
      `${sandbox.url}/login/oauth/authorize?${new URLSearchParams({ client_id: connectApp.clientId, redirect_uri: redirect })}`,
      { redirect: 'manual' },
    );
  for (const good of [
    'https://hub.example/callback',
    'http://127.0.0.1:9/callback',
    'http://[::1]:80/callback',
  ]) {
    expect([good, (await ask(good)).status]).toEqual([good, 200]);
  }
  for (const bad of [
    'https://hub.example/callback/more',
    'http://localhost:4123/callback?x=1',
    'http://localhost:4123/other',
    'http://localhost.evil.example/callback',
    'http://user@localhost/callback',
    'javascript:alert(1)',
  ]) {
    const refused = await ask(bad);
    expect([bad, refused.status]).toEqual([bad, 400]);
    expect(refused.headers.get('location')).toBeNull();
  }
  const code = codeOf(await authorize(sandbox));
  const other = { code, redirect_uri: 'http://localhost:4124/callback' };
  expect(await exchange(sandbox, other)).toMatchObject({ error: 'redirect_uri_mismatch' });
});

test('a token nobody issued, a revoked and an expired one all get 401 in GitHub’s form', async () => {
  const badCredentials = {
    message: 'Bad credentials',
    documentation_url: 'https://docs.github.com/rest',
    status: '401',
  };
  const foreign = await api(sandbox, 'gho_madeUpMadeUpMadeUpMadeUpMadeUpMade', 'GET', '/user');
  expect(foreign).toMatchObject({ status: 401, json: badCredentials });

  const revoked = await tokenOf(sandbox);
  expect(await sandbox.control.revokeTokens({ token: revoked })).toEqual({ tokens: 1 });
  expect((await api(sandbox, revoked, 'GET', '/user')).status).toBe(401);

  const expired = await tokenOf(sandbox);
  await sandbox.control.expireTokens({ token: expired });
  expect((await api(sandbox, expired, 'GET', '/user')).json).toEqual(badCredentials);
  expect((await api(sandbox, null, 'GET', '/user')).json).toMatchObject({
    message: 'Requires authentication',
  });
});

test('an app gives a token back with its own credentials', async () => {
  const token = await tokenOf(sandbox);
  const path = `/applications/${connectApp.clientId}/token`;
  const basic = Buffer.from(`${connectApp.clientId}:${connectApp.clientSecret}`).toString('base64');
  const headers = { authorization: `Basic ${basic}` };
  const body = { access_token: token };
  const check = await api(sandbox, null, 'POST', path, body, headers);
  expect(check).toMatchObject({ status: 200, json: { user: { login: 'mara-lindqvist' } } });
  expect((await api(sandbox, null, 'DELETE', path, body)).status).toBe(401);
  expect((await api(sandbox, null, 'DELETE', path, body, headers)).status).toBe(204);
  expect((await api(sandbox, token, 'GET', '/user')).status).toBe(401);
  expect((await api(sandbox, null, 'DELETE', path, body, headers)).status).toBe(404);
});

test('expiring tokens: told lifetimes, real expiry, and refresh tokens that work once', async () => {
  const app = { client_id: rotatingApp.clientId, client_secret: rotatingApp.clientSecret };
  const code = codeOf(await authorize(sandbox, { clientId: rotatingApp.clientId }));
  const first = await exchange(sandbox, { ...app, code });
  expect(first).toMatchObject({ expires_in: 28_800, refresh_token_expires_in: 15_897_600 });
  expect(first['access_token']).toMatch(/^ghu_/);
  const access = String(first['access_token']);
  const user = await api(sandbox, access, 'GET', '/user');
  expect(user.headers.get('github-authentication-token-expiration')).toMatch(/ UTC$/);
  now += 28_801_000;
  expect((await api(sandbox, access, 'GET', '/user')).status).toBe(401);

  const refresh = {
    ...app,
    grant_type: 'refresh_token',
    refresh_token: String(first['refresh_token']),
  };
  const [one, two] = await Promise.all([exchange(sandbox, refresh), exchange(sandbox, refresh)]);
  const outcomes = [one, two].map((answer) => answer['error'] ?? 'token');
  expect(new Set(outcomes)).toEqual(new Set(['bad_refresh_token', 'token']));
  const fresh = one['access_token'] ? one : two;
  expect((await api(sandbox, String(fresh['access_token']), 'GET', '/user')).status).toBe(200);
});

test('the chosen scopes are the granted ones, and they decide', async () => {
  const token = await tokenOf(sandbox, { granted: ['read:user'] });
  const emails = await api(sandbox, token, 'GET', '/user/emails');
  expect(emails.status).toBe(404);
  expect(emails.headers.get('x-accepted-oauth-scopes')).toBe('user:email');
  const repo = await api(sandbox, token, 'GET', '/repos/northwind/api');
  expect(repo.headers.get('x-oauth-scopes')).toBe('read:user');
  expect((await api(sandbox, token, 'GET', '/repos/northwind/payroll')).status).toBe(404);
  const issue = await api(sandbox, token, 'POST', '/repos/northwind/api/issues', { title: 'x' });
  expect(issue.status).toBe(404);
});

test('e-mail addresses tell primary and verified truly', async () => {
  const emails = async (login: string) =>
    (await api(sandbox, await tokenOf(sandbox, { login }), 'GET', '/user/emails')).json;
  expect(await emails('mara-lindqvist')).toContainEqual({
    email: 'mara@northwind.example',
    primary: true,
    verified: true,
    visibility: 'private',
  });
  expect(await emails('devon-park')).toContainEqual(
    expect.objectContaining({ primary: true, verified: false }),
  );
});
