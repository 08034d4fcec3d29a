import { startWeb, type WebFixture } from '../api/web-fixture.ts';
import { Browser } from './browser.ts';
import { type FakeGitHub, startFakeGitHub } from './fake-github.ts';

export const location = (response: Response): string => response.headers.get('location') ?? '';

export interface SignInSteps {
  web: WebFixture;
  github: FakeGitHub;
  /** Who signs in next. */
  become: (id: number, login: string, email: string, flags?: object) => void;
  /** As far as the provider's page: the code and state it would come back with. */
  authorize: (
    browser: Browser,
    returnTo?: string,
  ) => Promise<{ page: URL; code: string; state: string }>;
  signIn: (browser?: Browser, returnTo?: string) => Promise<{ browser: Browser; back: Response }>;
  /** Nobody, nothing, as on the first day. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

/** A hub whose sign-in provider is the lying GitHub. */
export async function startSignIn(): Promise<SignInSteps> {
  const github = await startFakeGitHub();
  const web = await startWeb({
    SANDBOX_URL: github.url,
    SANDBOX_SIGN_IN_CLIENT_ID: 'fake-client',
    SANDBOX_SIGN_IN_CLIENT_SECRET: 'fake-secret',
    SIGNUP_DOMAINS: ['allowed.test'],
  });
  const authorize: SignInSteps['authorize'] = async (browser, returnTo = '/') => {
    const left = await browser.post('/api/auth/signin/sandbox-github', { return_to: returnTo });
    if (left.status !== 303) throw new Error(`signing in began with ${left.status}`);
    const page = new URL(location(left));
    const code = github.issueCode(page.searchParams.get('code_challenge') ?? '');
    return { page, code, state: page.searchParams.get('state') ?? '' };
  };
  return {
    web,
    github,
    authorize,
    become(id, login, email, flags = {}) {
      github.person = {
        id,
        login,
        name: `${login} Surname`,
        emails: [
          { email: `other-${login}@allowed.test`, primary: false, verified: true },
          { email, primary: true, verified: true, ...flags },
        ],
      };
    },
    async signIn(browser = new Browser(web.hub), returnTo = '/') {
      const { code, state } = await authorize(browser, returnTo);
      const query = new URLSearchParams({ code, state });
      const back = await browser.get(`/api/auth/callback/sandbox-github?${query}`);
      return { browser, back };
    },
    async empty() {
      await web.admin`truncate public.users, public.workspaces cascade`;
      await web.admin`truncate private.rate_limits`;
      github.tokenAnswer = null;
      github.calls.length = 0;
    },
    async close() {
      await web.close();
      await github.close();
    },
  };
}
