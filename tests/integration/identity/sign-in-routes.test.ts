import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from './browser.ts';
import { location, type SignInSteps, startSignIn } from './sign-in-steps.ts';

let steps: SignInSteps;
let web: SignInSteps['web'];
let become: SignInSteps['become'];
let authorize: SignInSteps['authorize'];
let signIn: SignInSteps['signIn'];

beforeAll(async () => {
  steps = await startSignIn();
  ({ web, become, authorize, signIn } = steps);
});
afterAll(() => steps.close());
beforeEach(() => steps.empty());

describe('the routes', () => {
  it('take a form only from this hub’s own pages', async () => {
    const browser = new Browser(web.hub);
    for (const foreign of ['https://evil.test', 'null', 'http://localhost:3001']) {
      await expect(
        browser.post('/api/auth/signin/sandbox-github', {}, { origin: foreign }),
      ).rejects.toMatchObject({ code: 'request.origin_refused' });
    }
  });

  it.each([
    ['GET', '/api/auth/session'],
    ['GET', '/api/auth/signin'],
    ['GET', '/api/auth/signin/sandbox-github'],
    ['POST', '/api/auth/_log'],
    ['POST', '/api/auth/session'],
    ['POST', '/api/auth/callback/sandbox-github'],
    ['GET', '/api/auth/callback/github'],
  ])('do not serve %s %s', async (method, path) => {
    const browser = new Browser(web.hub);
    const ask = method === 'GET' ? browser.get(path) : browser.post(path);
    await expect(ask).rejects.toMatchObject({ code: 'resource.not_found' });
  });

  it.each(['//evil.test', 'https://evil.test', '/\\evil.test', '/a b', 'javascript:alert(1)'])(
    'do not return to %s',
    async (returnTo) => {
      become(1, 'mara', 'mara@first.test');
      const { back } = await signIn(undefined, returnTo);
      expect(location(back)).toBe('http://localhost:3000/');
    },
  );

  it('read no more of a form than a form needs', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(4_096).fill(97));
      },
    });
    const browser = new Browser(web.hub);
    const request = new Request('http://localhost:3000/api/auth/signin/sandbox-github', {
      method: 'POST',
      headers: browser.headers({ origin: browser.origin }),
      body: endless,
      duplex: 'half',
    } as RequestInit);
    await expect(
      web.hub.handleAuth(request, ['signin', 'sandbox-github'], web.hub.startPace()),
    ).rejects.toMatchObject({
      code: 'request.too_large',
    });
    expect(sent).toBeLessThan(10);
  });

  it('sign out: the row is gone and so is the cookie', async () => {
    become(1, 'mara', 'mara@first.test');
    const { browser } = await signIn();
    const cookies = new Map(browser.cookies);
    const left = await browser.post('/api/auth/signout');
    expect(location(left)).toBe('/sign-in');
    expect(browser.cookies.has('patchbay.session')).toBe(false);
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    expect(await browser.session()).toBeNull();
  });

  it('store the session hashed, with where it came from', async () => {
    become(1, 'mara', 'mara@first.test');
    const browser = new Browser(web.hub, {
      headers: {
        'user-agent': 'A browser',
        'x-patchbay-gateway': web.env.GATEWAY_TOKEN ?? '',
        'x-forwarded-host': 'localhost:3000',
        'x-forwarded-for': '10.0.0.1, 127.0.0.9',
      },
    });
    await signIn(browser);
    const token = browser.cookies.get('patchbay.session') ?? '';
    expect(token).toMatch(/^[\w-]{43}$/);
    const [row] = await web.admin`
      select token_hash = sha256(${token}::text::bytea) as hashed, user_agent, address, s::text as whole
      from private.sessions s`;
    expect(row).toMatchObject({ hashed: true, user_agent: 'A browser', address: '127.0.0.9' });
    expect(String(row?.['whole'])).not.toContain(token);
  });

  it.each(['http://127.0.0.1:3000', 'http://localhost:54321'])(
    'keep the whole flow on %s',
    async (origin) => {
      become(1, 'mara', 'mara@first.test');
      const browser = new Browser(web.hub, { origin });
      const { page } = await authorize(browser);
      expect(page.origin).toBe(origin);
      expect(page.searchParams.get('redirect_uri')).toBe(
        `${origin}/api/auth/callback/sandbox-github`,
      );
      const { back } = await signIn(browser);
      expect(location(back)).toBe(`${origin}/`);
      expect(await browser.session()).not.toBeNull();
    },
  );

  it('refuse a host that is not loopback, forwarded or not', async () => {
    const hosts = [
      { host: 'evil.test' },
      {
        host: 'localhost:3000',
        'x-forwarded-host': 'evil.test',
        'x-patchbay-gateway': web.env.GATEWAY_TOKEN ?? '',
      },
      { host: '127.0.0.1.evil.test' },
    ];
    for (const headers of hosts) {
      await expect(
        new Browser(web.hub, { headers: headers as Record<string, string> }).post(
          '/api/auth/signin/sandbox-github',
        ),
      ).rejects.toMatchObject({ code: 'request.host_refused' });
    }
  });

  it('ignore a forwarded host that the gateway did not send', async () => {
    const browser = new Browser(web.hub, {
      headers: { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https' },
    });
    const { page } = await authorize(browser);
    expect(page.origin).toBe('http://localhost:3000');
  });
});
