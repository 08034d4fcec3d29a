import type { AuthOptions } from 'next-auth';
import type { MailDesk } from '#lib/mail/index';
import { admitPerson } from './admit-person.ts';
import { authAdapter, type SignInClient } from './auth-adapter.ts';
import { newSecretToken } from './secret-token.ts';
import { sessionCookieName, sessionCookieOptions } from './session-cookie.ts';
import { bounds, type IdentityDeps, type IdentitySettings } from './settings.ts';
import { linkProvider } from './sign-in-link.ts';
import { signInProviders } from './sign-in-providers.ts';

/** An issuer's subjects are its own: another issuer under the same setting is another provider. */
export function providerKeyOf(settings: IdentitySettings, id: string, mail: MailDesk): string {
  // Everybody on this machine reads the sandbox's mailbox: its word is worth no more than that.
  if (id === 'email' && mail.transport === 'sandbox') return 'sandbox-email';
  return id === 'oidc' ? `oidc:${settings.oidc?.issuer ?? ''}` : id;
}

/** Options of next-auth for one request: redirect URIs and cookies follow the browser's origin. */
export function authOptions(
  deps: IdentityDeps,
  origin: string,
  client: SignInClient,
  fetcher?: typeof fetch,
): AuthOptions {
  const { settings, log } = deps;
  const key = (id: string) => providerKeyOf(settings, id, deps.mail);
  const byLink = linkProvider(deps, origin);
  return {
    secret: settings.secret,
    providers: [...signInProviders(settings, origin, fetcher), ...(byLink ? [byLink] : [])],
    adapter: authAdapter(deps, client, key),
    session: {
      strategy: 'database',
      maxAge: bounds.sessionSeconds,
      generateSessionToken: newSecretToken,
    },
    useSecureCookies: origin.startsWith('https://'),
    cookies: {
      sessionToken: { name: sessionCookieName(origin), options: sessionCookieOptions(origin) },
    },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    callbacks: {
      async signIn({ user, account, email }) {
        if (!account) return false;
        // A link is asked for: who may come in is decided when it is used.
        if (email?.verificationRequest) return true;
        const admission = await admitPerson(deps, {
          provider: key(account.provider),
          accountId: account.providerAccountId,
          email: user.email ?? null,
          name: user.name ?? null,
          image: user.image ?? null,
          mayLinkByEmail: !key(account.provider).startsWith('sandbox-'),
        });
        return admission.kind === 'admitted' || `/sign-in?error=${admission.reason}`;
      },
    },
    logger: {
      // Its metadata can hold profiles and tokens: only the code and a plain error are kept.
      error(code, metadata) {
        const err = metadata instanceof Error ? metadata : metadata.error;
        log.warn('sign-in failed', { code, err });
      },
      warn: () => undefined,
      debug: () => undefined,
    },
  };
}
