import { createHash } from 'node:crypto';
import type { EmailConfig } from 'next-auth/providers/email';
import { type Tx, transaction } from '#lib/db/index';
import { readAddress, sendMail } from '#lib/mail/index';
import { safeReturnTo } from './return-to.ts';
import { newSecretToken } from './secret-token.ts';
import { bounds, type IdentityDeps } from './settings.ts';
import { countLinks, findLink, insertLink, isAwaited, takeLink } from './sign-in-link-store.ts';

const linkMs = bounds.signInLinkMinutes * 60_000;
const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

/**
 * next-auth hashes a token with its secret before it asks the adapter; the same is done here, so that
 * a link can be shown before it is used.
 * https://github.com/nextauthjs/next-auth/blob/v4/packages/next-auth/src/core/lib/utils.ts
 */
const hashOf = (deps: Pick<IdentityDeps, 'settings'>, token: string): Buffer =>
  createHash('sha256').update(`${token}${deps.settings.secret}`).digest();

/**
 * Sign-in by a mailed link, as next-auth's e-mail provider; null while mail is not set up. The link
 * leads to a page with a button, so that a scanner that opens every link uses none up.
 */
export function linkProvider(deps: IdentityDeps, origin: string): EmailConfig | null {
  if (deps.mail.transport === null) return null;
  return {
    id: 'email',
    type: 'email',
    name: 'Email',
    // Sending is ours; next-auth only passes these on.
    server: '',
    from: '',
    maxAge: bounds.signInLinkMinutes * 60,
    generateVerificationToken: newSecretToken,
    normalizeIdentifier: readAddress,
    sendVerificationRequest: ({ identifier, token, url }) =>
      mailLink(deps, { email: identifier, token, origin, returnTo: returnToOf(url, origin) }),
    options: {},
  };
}

/** next-auth carries the way back in the link it would have sent. */
function returnToOf(url: string, origin: string): string {
  const back = new URL(url).searchParams.get('callbackUrl') ?? '';
  return safeReturnTo(back.startsWith(`${origin}/`) ? back.slice(origin.length) : null);
}

/**
 * Writes link and mail in one transaction. For somebody who would not be let in, and for too many
 * requests at once, the same rows are written and nothing is sent: neither the answer nor the time
 * it takes tells who has an account here.
 */
function mailLink(
  deps: IdentityDeps,
  link: { email: string; token: string; origin: string; returnTo: string },
): Promise<void> {
  const { email, token, returnTo } = link;
  const domain = email.slice(email.lastIndexOf('@') + 1);
  return transaction(deps.db, async (tx) => {
    const isDomainOpen = deps.settings.signUpDomains.includes(domain);
    const mayCome = await isAwaited(tx, { email, isDomainOpen });
    const open = await countLinks(tx, email);
    const refusal = withheld(mayCome, open);
    // One that nobody gets is over at once: it must not count against those that are mailed, or
    // whoever asks often enough keeps the owner of the address from ever getting one.
    const expiresAt = new Date(deps.clock.now() + (refusal.withhold === undefined ? linkMs : 0));
    await insertLink(tx, { tokenHash: hashOf(deps, token), email, returnTo, expiresAt });
    await sendMail(tx, deps.mail, {
      workspaceId: null,
      to: email,
      validMs: linkMs,
      message: {
        kind: 'sign_in',
        url: `${link.origin}/sign-in/link?token=${token}`,
        minutes: bounds.signInLinkMinutes,
      },
      ...refusal,
    });
  });
}

function withheld(mayCome: boolean, open: number): { withhold?: string } {
  if (!mayCome) return { withhold: 'sign_in.unknown_address' };
  return open >= bounds.openSignInLinks ? { withhold: 'sign_in.too_many_links' } : {};
}

/** Whom a link is for; null when it is unknown, used or over. Looking does not use it. */
export async function readSignInLink(
  deps: IdentityDeps,
  token: string,
): Promise<{ email: string; returnTo: string } | null> {
  if (deps.mail.transport === null || !tokenPattern.test(token)) return null;
  const link = await findLink(deps.db, hashOf(deps, token));
  return link && { email: link.email, returnTo: link.return_to };
}

/** For next-auth, which hands over the hash in hex. True for one caller ever. */
export async function takeSignInLink(
  deps: IdentityDeps,
  given: { identifier: string; token: string },
): Promise<{ identifier: string; token: string; expires: Date } | null> {
  const hash = Buffer.from(given.token, 'hex');
  const link = await transaction(deps.db, (tx: Tx) => takeLink(tx, hash, given.identifier));
  return link && { ...given, identifier: link.email, expires: new Date(link.expires_at) };
}
