import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from './browser.ts';
import { location, type SignInSteps, startSignIn } from './sign-in-steps.ts';

let steps: SignInSteps;
let web: SignInSteps['web'];
let github: SignInSteps['github'];
let become: SignInSteps['become'];
let authorize: SignInSteps['authorize'];
let signIn: SignInSteps['signIn'];

beforeAll(async () => {
  steps = await startSignIn();
  ({ web, github, become, authorize, signIn } = steps);
});
afterAll(() => steps.close());
beforeEach(() => steps.empty());

describe('the first user', () => {
  it('owns the instance and a workspace named after them', async () => {
    become(1, 'Mara', 'Mara@First.test');
    const { browser, back } = await signIn(undefined, '/w/somewhere?tab=2');
    expect(location(back)).toBe('http://localhost:3000/w/somewhere?tab=2');
    const session = await browser.session();
    expect(session).toMatchObject({
      isInstanceOwner: true,
      user: { email: 'mara@first.test', name: 'Mara Surname' },
      workspaces: [{ name: 'Mara’s workspace', slug: 'maras-workspace', role: 'owner' }],
    });
  });

  it('is one, even when two arrive at the same moment', async () => {
    const arrivals = [];
    for (const [id, login] of [
      [11, 'one'],
      [12, 'two'],
      [13, 'three'],
    ] as const) {
      become(id, login, `${login}@first.test`);
      const browser = new Browser(web.hub);
      arrivals.push({ browser, ...(await authorize(browser)) });
    }
    const backs = await Promise.all(
      arrivals.map(({ browser, code, state }) =>
        browser.get(`/api/auth/callback/sandbox-github?${new URLSearchParams({ code, state })}`),
      ),
    );
    expect(backs.map(location).sort()).toEqual([
      '/sign-in?error=SignUpClosed',
      '/sign-in?error=SignUpClosed',
      'http://localhost:3000/',
    ]);
    const [count] = await web.admin`select count(*)::int as users from public.users`;
    expect(count?.['users']).toBe(1);
  });
});

describe('afterwards', () => {
  beforeEach(async () => {
    become(1, 'mara', 'mara@first.test');
    await signIn();
  });

  it('a stranger is told that sign-up needs an invitation, and leaves no trace', async () => {
    become(2, 'luc', 'luc@elsewhere.test');
    const { browser, back } = await signIn();
    expect(location(back)).toBe('/sign-in?error=SignUpClosed');
    expect(await browser.session()).toBeNull();
    const [count] = await web.admin`select count(*)::int as users from public.users`;
    expect(count?.['users']).toBe(1);
  });

  it('an invited e-mail joins with its role', async () => {
    const [workspace] = await web.admin`select id from public.workspaces`;
    await web.admin`
      insert into public.invitations (id, workspace_id, email, role, token_hash, expires_at)
      values (gen_random_uuid(), ${String(workspace?.['id'])}, 'luc@elsewhere.test', 'editor', sha256('x'), now() + interval '1 day')`;
    become(2, 'luc', 'luc@elsewhere.test');
    const { browser } = await signIn();
    expect(await browser.session()).toMatchObject({
      isInstanceOwner: false,
      workspaces: [{ id: workspace?.['id'], role: 'editor' }],
    });
  });

  it('an allowed domain joins the owner’s first workspace as viewer', async () => {
    become(3, 'ada', 'ada@allowed.test');
    const { browser } = await signIn();
    expect((await browser.session())?.workspaces).toMatchObject([{ role: 'viewer' }]);
  });

  it('a domain that only ends alike does not', async () => {
    become(3, 'eve', 'eve@notallowed.test');
    expect(location((await signIn()).back)).toBe('/sign-in?error=SignUpClosed');
  });

  it('a known account stays itself when its e-mail changes', async () => {
    become(1, 'mara', 'mara@moved.test');
    const { browser } = await signIn();
    expect((await browser.session())?.user.email).toBe('mara@first.test');
  });

  it('the sandbox does not open an existing account by e-mail', async () => {
    become(77, 'impostor', 'mara@first.test');
    const { back } = await signIn();
    expect(location(back)).toBe('/sign-in?error=OAuthAccountNotLinked');
  });

  it('an open session is not linked to: whoever signs in becomes who they are there', async () => {
    const { browser } = await signIn();
    const before = await browser.session();
    become(3, 'ada', 'ada@allowed.test');
    await signIn(browser);
    const after = await browser.session();
    expect(after?.user.email).toBe('ada@allowed.test');
    const links = await web.admin`select user_id from private.accounts`;
    expect(new Set(links.map((row) => row['user_id'])).size).toBe(2);
    const old =
      await web.admin`select 1 from private.sessions where id = ${before?.sessionId ?? ''}`;
    expect(old).toHaveLength(0);
  });
});

describe('nobody signs in', () => {
  it.each([
    ['an error with 200', { status: 200, body: { error: 'bad_verification_code' } }],
    ['no access_token', { status: 200, body: { token_type: 'bearer', scope: 'user' } }],
    ['an empty access_token', { status: 200, body: { access_token: '', token_type: 'bearer' } }],
    ['a token of another type', { status: 200, body: { access_token: { a: 1 } } }],
    ['500', { status: 500, body: {} }],
  ])('on a token answer with %s', async (_, answer) => {
    become(1, 'mara', 'mara@first.test');
    github.tokenAnswer = answer;
    const { browser, back } = await signIn();
    expect(location(back)).toMatch(/^\/sign-in\?error=(OAuthCallback|Callback)$/);
    expect(await browser.session()).toBeNull();
    expect(github.calls).not.toContain('GET /api/user');
    expect(await web.admin`select 1 from public.users`).toHaveLength(0);
  });

  it.each([
    ['unverified', { verified: false }],
    ['not primary', { primary: false }],
  ])('when the primary e-mail is %s', async (_, flags) => {
    become(1, 'mara', 'mara@first.test', flags);
    const { back } = await signIn();
    expect(location(back)).toBe('/sign-in?error=EmailNotVerified');
    expect(await web.admin`select 1 from public.users`).toHaveLength(0);
  });

  it('with a wrong, missing or foreign state, and no token is asked for', async () => {
    become(1, 'mara', 'mara@first.test');
    const browser = new Browser(web.hub);
    const { code, state } = await authorize(browser);
    const other = await authorize(new Browser(web.hub));
    const attempts = [{ code, state: `${state}x` }, { code }, { code, state: other.state }];
    for (const query of attempts) {
      const fresh = new Browser(web.hub);
      for (const [name, value] of browser.cookies) fresh.cookies.set(name, value);
      const back = await fresh.get(
        `/api/auth/callback/sandbox-github?${new URLSearchParams(query as Record<string, string>)}`,
      );
      expect(location(back)).toContain('/sign-in?error=OAuthCallback');
    }
    const stranger = new Browser(web.hub);
    const back = await stranger.get(
      `/api/auth/callback/sandbox-github?${new URLSearchParams({ code, state })}`,
    );
    expect(location(back)).toContain('/sign-in?error=OAuthCallback');
    expect(github.calls).toEqual([]);
  });

  it('who said no at the provider, and the page knows', async () => {
    const browser = new Browser(web.hub);
    const { state } = await authorize(browser, '/w/here');
    const back = await browser.get(
      `/api/auth/callback/sandbox-github?error=access_denied&state=${state}`,
    );
    expect(location(back)).toBe('/sign-in?error=AccessDenied&return_to=%2Fw%2Fhere');
    expect(github.calls).toEqual([]);
  });
});
