import type { OAuthConfig } from 'next-auth/providers/oauth';
import type { MailDesk } from '#lib/mail/index';
import { bounds, type IdentitySettings } from './settings.ts';

/** A button of the sign-in page. */
export interface SignInChoice {
  id: 'sandbox-github' | 'github' | 'oidc' | 'email';
  name: string;
  isSandbox: boolean;
}

/** What every provider's userinfo step hands on; `email` only when primary and verified. */
export interface ProviderProfile {
  sub: string;
  name?: string;
  email?: string;
  image?: string;
}

type Fetch = typeof fetch;

export function signInChoices(settings: IdentitySettings, mail: MailDesk): SignInChoice[] {
  const choices: SignInChoice[] = [];
  if (settings.github) choices.push({ id: 'github', name: 'GitHub', isSandbox: false });
  if (settings.oidc) choices.push({ id: 'oidc', name: settings.oidc.name, isSandbox: false });
  if (settings.sandbox) {
    choices.push({ id: 'sandbox-github', name: 'sandbox GitHub', isSandbox: true });
  }
  if (mail.transport !== null) {
    choices.push({ id: 'email', name: 'e-mail', isSandbox: mail.transport === 'sandbox' });
  }
  return choices;
}

export function signInProviders(
  settings: IdentitySettings,
  origin: string,
  fetcher: Fetch = fetch,
): OAuthConfig<ProviderProfile>[] {
  const providers: OAuthConfig<ProviderProfile>[] = [];
  if (settings.github) {
    providers.push(
      gitHub('github', 'GitHub', settings.github, fetcher, {
        web: 'https://github.com',
        token: 'https://github.com',
        api: 'https://api.github.com',
      }),
    );
  }
  if (settings.oidc) providers.push(oidc(settings.oidc));
  if (settings.sandbox) {
    const base = `${settings.sandbox.url}/sandbox/github`;
    providers.push(
      gitHub('sandbox-github', 'sandbox GitHub', settings.sandbox, fetcher, {
        // The browser stays on its own origin; only our server talks to the sandbox directly.
        web: `${origin}/sandbox/github`,
        token: base,
        api: `${base}/api`,
      }),
    );
  }
  return providers;
}

/** https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps */
function gitHub(
  id: SignInChoice['id'],
  name: string,
  client: { clientId: string; clientSecret: string },
  fetcher: Fetch,
  at: { web: string; token: string; api: string },
): OAuthConfig<ProviderProfile> {
  return {
    id,
    name,
    type: 'oauth',
    ...client,
    checks: ['state', 'pkce'],
    authorization: {
      url: `${at.web}/login/oauth/authorize`,
      params: { scope: 'read:user user:email' },
    },
    token: `${at.token}/login/oauth/access_token`,
    // GitHub does not take the secret in an Authorization header.
    client: { token_endpoint_auth_method: 'client_secret_post' },
    httpOptions: { timeout: bounds.providerTimeoutMs },
    userinfo: {
      url: `${at.api}/user`,
      request: ({ tokens }) => readGitHubPerson(at.api, requireToken(tokens), fetcher),
    },
    profile: asUser,
  };
}

/**
 * GitHub answers a refused exchange with 200 and an error body, which next-auth takes for a success
 * without a token. Without a token nobody signs in.
 */
function requireToken(tokens: { access_token?: unknown }): string {
  const token = tokens.access_token;
  if (typeof token !== 'string' || token === '') {
    throw new Error('the token answer carries no access_token');
  }
  return token;
}

/** Only the address that is primary and verified counts; the public one on the profile does not. */
async function readGitHubPerson(
  api: string,
  token: string,
  fetcher: Fetch,
): Promise<ProviderProfile> {
  const read = async (path: string): Promise<unknown> => {
    const answer = await fetcher(`${api}${path}`, {
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'user-agent': 'patchbay',
      },
      redirect: 'error',
      signal: AbortSignal.timeout(bounds.providerTimeoutMs),
    });
    if (!answer.ok) throw new Error(`the provider answered ${answer.status} to ${path}`);
    return answer.json();
  };
  const [user, emails] = await Promise.all([read('/user'), read('/user/emails')]);
  const { id, login, name, avatar_url: image } = user as Record<string, unknown>;
  if (typeof id !== 'number') throw new Error('the provider named no account');
  return profileOf(id, textOrNull(name) ?? textOrNull(login), primaryVerified(emails), image);
}

function profileOf(
  sub: unknown,
  name: string | null,
  email: string | null,
  image: unknown,
): ProviderProfile {
  const picture = webUrlOrNull(image);
  return {
    sub: String(sub),
    ...(name === null ? {} : { name }),
    ...(email === null ? {} : { email }),
    ...(picture === null ? {} : { image: picture }),
  };
}

/** The shape next-auth wants of a profile; `email` is absent unless verified. */
const asUser = (profile: ProviderProfile) => ({ ...profile, id: profile.sub });

export function primaryVerified(emails: unknown): string | null {
  if (!Array.isArray(emails)) return null;
  for (const row of emails as Record<string, unknown>[]) {
    if (row['primary'] === true && row['verified'] === true) return emailOrNull(row['email']);
  }
  return null;
}

/** Discovery, then code flow with PKCE, state and nonce (OpenID Connect Core §3.1). */
function oidc(settings: NonNullable<IdentitySettings['oidc']>): OAuthConfig<ProviderProfile> {
  return {
    id: 'oidc',
    name: settings.name,
    type: 'oauth',
    wellKnown: `${settings.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    clientId: settings.clientId,
    clientSecret: settings.clientSecret,
    idToken: true,
    checks: ['pkce', 'state', 'nonce'],
    authorization: { params: { scope: 'openid email profile' } },
    httpOptions: { timeout: bounds.providerTimeoutMs },
    userinfo: {
      async request({ tokens, client }) {
        const token = requireToken(tokens);
        const verified = idTokenClaims(tokens.id_token);
        // Some issuers keep e-mail and name out of the id token. An answer about another subject
        // is somebody else's (OpenID Connect Core §5.3.2).
        const more: Record<string, unknown> = await client.userinfo(token);
        if (more['sub'] !== verified['sub']) throw new Error('userinfo is about another subject');
        const claims = { ...more, ...verified };
        const name = textOrNull(claims['name']) ?? textOrNull(claims['preferred_username']);
        const email = claims['email_verified'] === true ? emailOrNull(claims['email']) : null;
        return profileOf(claims['sub'], name, email, claims['picture']);
      },
    },
    profile: asUser,
  };
}

/** Only for a token whose signature, issuer, audience and nonce openid-client has checked. */
function idTokenClaims(idToken: unknown): Record<string, unknown> {
  if (typeof idToken !== 'string') throw new Error('the token answer carries no id_token');
  const body = idToken.split('.')[1] ?? '';
  return JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Record<string, unknown>;
}

const textOrNull = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : null;

const emailOrNull = (value: unknown): string | null =>
  typeof value === 'string' && value.length <= 320 && /^[^\s@]+@[^\s@]+$/.test(value)
    ? value.toLowerCase()
    : null;

const webUrlOrNull = (value: unknown): string | null =>
  typeof value === 'string' && value.length <= 2000 && /^https?:\/\//.test(value) ? value : null;
