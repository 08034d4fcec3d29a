import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pkce } from '../sandbox-harness.ts';
import { openSlack, rotatingApp, type SlackHarness, slackApp } from './slack-harness.ts';

let slack: SlackHarness;
beforeAll(async () => {
  slack = await openSlack();
});
afterAll(() => slack.sandbox.dispose());

const [redirectUri = ''] = slackApp.redirectUris;

async function install(more: Record<string, string> = {}): Promise<Response> {
  const form = new URLSearchParams({
    client_id: slackApp.clientId,
    scope: 'channels:read,channels:history',
    redirect_uri: redirectUri,
    state: 'state-1',
    allow: '1',
    ...more,
  });
  return fetch(`${slack.url}/oauth/v2/authorize`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
  });
}

const codeOf = async (more: Record<string, string> = {}): Promise<string> => {
  const location = (await install(more)).headers.get('location') ?? '';
  return new URL(location).searchParams.get('code') ?? '';
};

async function exchange(args: Record<string, string>, headers: Record<string, string> = {}) {
  const client = headers['authorization']
    ? {}
    : { client_id: slackApp.clientId, client_secret: slackApp.clientSecret };
  const answer = await fetch(`${slack.url}/api/oauth.v2.access`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ ...client, ...args }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}

describe('installing', () => {
  it('ends with a bot token of the workspace', async () => {
    const back = new URL((await install()).headers.get('location') ?? '');
    expect([back.origin + back.pathname, back.searchParams.get('state')]).toEqual([
      redirectUri,
      'state-1',
    ]);
    const code = back.searchParams.get('code') ?? '';
    const answer = await exchange({ code, redirect_uri: redirectUri });
    expect(answer).toMatchObject({
      ok: true,
      token_type: 'bot',
      scope: 'channels:read,channels:history',
      team: { id: 'T0NORTHW1', name: 'Northwind Pumps' },
    });
    expect(answer).not.toHaveProperty('expires_in');
    const token = String(answer['access_token']);
    expect(await slack.call('auth.test', {}, token)).toMatchObject({
      ok: true,
      team_id: 'T0NORTHW1',
      user_id: answer['bot_user_id'],
    });
    expect(await exchange({ code })).toEqual({ ok: false, error: 'invalid_code' });
  });

  it('can be cancelled', async () => {
    const back = new URL((await install({ allow: '0' })).headers.get('location') ?? '');
    expect(back.searchParams.get('error')).toBe('access_denied');
    expect(back.searchParams.get('state')).toBe('state-1');
  });

  it.each([
    ['client_id', 'nobody'],
    ['redirect_uri', 'https://elsewhere.test/callback'],
    ['scope', 'admin'],
    ['scope', ''],
    ['code_challenge', 'short'],
  ])('does not send back a request whose %s is %j', async (name, value) => {
    const answer = await install({ [name]: value });
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  });
});

describe('the token endpoint', () => {
  it.each([
    [{ client_secret: 'wrong' }, 'bad_client_secret'],
    [{ client_id: 'nobody' }, 'invalid_client_id'],
    [{ redirect_uri: 'https://hub.example/other' }, 'bad_redirect_uri'],
    [{ code: 'guessed' }, 'invalid_code'],
    [{ grant_type: 'password' }, 'invalid_grant_type'],
  ])('refuses %j', async (more, error) => {
    const code = await codeOf();
    expect(await exchange({ code, ...more })).toEqual({ ok: false, error });
  });

  it('takes HTTP Basic as well', async () => {
    const { clientId, clientSecret } = slackApp;
    const authorization = `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
    expect(await exchange({ code: await codeOf() }, { authorization })).toMatchObject({ ok: true });
  });

  it('wants the verifier of the challenge', async () => {
    const { verifier, challenge } = pkce();
    const asked = { code_challenge: challenge, code_challenge_method: 'S256' };
    expect(await exchange({ code: await codeOf(asked) })).toMatchObject({ ok: false });
    const code = await codeOf(asked);
    expect(await exchange({ code, code_verifier: verifier })).toMatchObject({ ok: true });
  });

  it('rotates, where the app asked for it: a refresh token is good once', async () => {
    const client = { client_id: rotatingApp.clientId, client_secret: rotatingApp.clientSecret };
    const code = await codeOf({ client_id: rotatingApp.clientId });
    const first = await exchange({ ...client, code });
    expect(first).toMatchObject({ ok: true, expires_in: 43_200 });
    await slack.control.expireTokens({});
    const ended = await slack.call('auth.test', {}, String(first['access_token']));
    expect(ended['error']).toBe('token_expired');
    const again = {
      ...client,
      grant_type: 'refresh_token',
      refresh_token: String(first['refresh_token']),
    };
    const second = await exchange(again);
    const alive = await slack.call('auth.test', {}, String(second['access_token']));
    expect(alive['ok']).toBe(true);
    expect(await exchange(again)).toEqual({ ok: false, error: 'invalid_refresh_token' });
  });
});
