import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startWeb, type WebFixture } from '../api/web-fixture.ts';
import { Browser } from './browser.ts';

let web: WebFixture;
let issuer: Server;
let base: string;
/** Claims of the person who signs in next. */
let claims: Record<string, unknown>;

beforeAll(async () => {
  issuer = createServer();
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  const provider = new Provider(base, {
    clients: [
      {
        client_id: 'patchbay',
        client_secret: 'oidc-secret-of-tests',
        redirect_uris: ['http://localhost:3000/api/auth/callback/oidc'],
        application_type: 'native',
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...claims }) }),
    features: { devInteractions: { enabled: true } },
  });
  issuer.on('request', (request, response) => void provider.callback()(request, response));
  web = await startWeb({
    AUTH_OIDC_ISSUER: base,
    AUTH_OIDC_ID: 'patchbay',
    AUTH_OIDC_SECRET: 'oidc-secret-of-tests',
    AUTH_OIDC_NAME: 'Company login',
    SIGNUP_DOMAINS: ['company.test'],
  });
});
afterAll(async () => {
  await web.close();
  issuer.closeAllConnections();
  await new Promise<void>((resolve) => issuer.close(() => resolve()));
});
beforeEach(async () => {
  await web.admin`truncate public.users, public.workspaces cascade`;
});

const stepsMax = 10;

/** Walks the issuer's pages as a person does: login, consent, back to us. */
async function walk(start: string, login: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | null = null;
  for (let step = 0; step < stepsMax; step += 1) {
    const answer: Response = await fetch(url, {
      redirect: 'manual',
      method: form ? 'POST' : 'GET',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { body: form } : {}),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
      cookies.set(name, value);
    }
    form = null;
    const location = answer.headers.get('location');
    if (location) {
      url = new URL(location, url).href;
      if (url.startsWith('http://localhost:3000')) return new URL(url);
      continue;
    }
    const page = await answer.text();
    const action = /action="([^"]+)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    if (!action || !prompt)
      throw new Error(`the issuer answered ${answer.status}: ${page.slice(0, 400)}`);
    url = new URL(action, url).href;
    form = new URLSearchParams({ prompt, login, password: 'any' });
  }
  throw new Error('the issuer never led back');
}

async function signIn(login: string) {
  const browser = new Browser(web.hub);
  const left = await browser.post('/api/auth/signin/oidc');
  const page = await left.text();
  const start = /href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const back = await walk(start, login);
  const answer = await browser.get(back.pathname + back.search);
  return { browser, left, page, start: new URL(start), location: answer.headers.get('location') };
}

describe('any OIDC issuer', () => {
  it('signs in with PKCE, state and nonce, by a page that leaves for the issuer', async () => {
    claims = { email: 'Ida@Company.test', email_verified: true, name: 'Ida Berg' };
    const { browser, left, page, start, location } = await signIn('ida');
    expect(left.status).toBe(200);
    expect(page).toContain('http-equiv="refresh"');
    for (const name of ['code_challenge', 'state', 'nonce']) {
      expect(start.searchParams.get(name)).toBeTruthy();
    }
    expect(location).toBe('http://localhost:3000/');
    const session = await browser.session();
    expect(session).toMatchObject({
      isInstanceOwner: true,
      user: { email: 'ida@company.test', name: 'Ida Berg' },
    });
    const [account] = await web.admin`select provider, provider_account_id from private.accounts`;
    expect(account).toEqual({ provider: `oidc:${base}`, provider_account_id: 'ida' });
  });

  it.each([
    ['false', { email_verified: false }],
    ['absent', {}],
    ['a text', { email_verified: 'true' }],
  ])('signs nobody in whose email_verified is %s', async (_, verified) => {
    claims = { email: 'ida@company.test', name: 'Ida', ...verified };
    const { browser, location } = await signIn('ida');
    expect(location).toBe('/sign-in?error=EmailNotVerified');
    expect(await browser.session()).toBeNull();
  });

  it('links a verified e-mail to the user who has it, once per provider, and says so in the audit log', async () => {
    const person = await web.person('ida');
    await web.workspace('team', [[person, 'owner']]);
    claims = { email: person.email, email_verified: true, name: 'Ida' };
    const { browser } = await signIn('ida');
    expect((await browser.session())?.userId).toBe(person.userId);
    const [audit] = await web.admin`select action, actor_id from public.audit_log`;
    expect(audit).toEqual({ action: 'identity.account_linked', actor_id: person.userId });
    const second = await signIn('another-subject-with-the-same-address');
    expect(second.location).toBe('/sign-in?error=OAuthAccountNotLinked');
  });

  it('says on the sign-in page what it is called', () => {
    expect(web.hub.signInChoices).toEqual([
      { id: 'oidc', name: 'Company login', isSandbox: false },
    ]);
  });
});

describe('an issuer that cannot be reached', () => {
  it('ends on the sign-in page', async () => {
    const other = await startWeb({
      AUTH_OIDC_ISSUER: 'http://127.0.0.1:1',
      AUTH_OIDC_ID: 'patchbay',
      AUTH_OIDC_SECRET: 'secret',
    });
    try {
      const answer = await new Browser(other.hub).post('/api/auth/signin/oidc', {
        return_to: '/w/x',
      });
      expect(answer.headers.get('location')).toContain('/sign-in?error=OAuthSignin');
    } finally {
      await other.close();
    }
  });
});
