import type { Adapter, AdapterUser } from 'next-auth/adapters';
import { findUserByAccount, findUserByEmail, findUserById } from './account-store.ts';
import type { User } from './schema.ts';
import { hashToken } from './secret-token.ts';
import { deleteSessionByHash, insertSession } from './session-store.ts';
import { bounds, type IdentityDeps } from './settings.ts';
import { takeSignInLink } from './sign-in-link.ts';

/** Where a sign-in comes from, for the list of sessions. */
export interface SignInClient {
  userAgent: string | null;
  address: string | null;
}

const toAdapterUser = (user: User): AdapterUser => ({ ...user, emailVerified: null });

function neverCalled(what: string) {
  return () => {
    throw new Error(`${what} is admitPerson's work`);
  };
}

/**
 * The little of an adapter that is left to next-auth: find who an account is, write the session.
 * Users and links are made by admitPerson in one transaction before this is asked, and reading a
 * session is readSession's; next-auth's own ways of doing these are closed.
 */
export function authAdapter(
  deps: IdentityDeps,
  client: SignInClient,
  providerKey: (id: string) => string,
): Adapter {
  return {
    async getUserByAccount({ provider, providerAccountId }) {
      const user = await findUserByAccount(deps.db, providerKey(provider), providerAccountId);
      return user && toAdapterUser(user);
    },
    async createSession(session) {
      await insertSession(deps.db, {
        userId: session.userId,
        tokenHash: hashToken(session.sessionToken),
        expiresAt: session.expires,
        userAgent: client.userAgent?.slice(0, bounds.userAgentChars) ?? null,
        address: client.address?.slice(0, bounds.addressChars) ?? null,
      });
      return session;
    },
    async deleteSession(token) {
      await deleteSessionByHash(deps.db, hashToken(token));
    },
    async getUserByEmail(email) {
      const user = await findUserByEmail(deps.db, email);
      return user && toAdapterUser(user);
    },
    // The link's row was written with its mail; next-auth only has to find it again.
    createVerificationToken: (token) => token,
    useVerificationToken: (given) => takeSignInLink(deps, given),
    // Asked for the moment of verification, which admitPerson has seen to.
    async updateUser({ id }) {
      const user = await findUserById(deps.db, id);
      if (!user) throw new Error('the user who was admitted is gone');
      return toAdapterUser(user);
    },
    getSessionAndUser: () => null,
    createUser: neverCalled('createUser'),
    linkAccount: neverCalled('linkAccount'),
    getUser: neverCalled('getUser'),
    updateSession: neverCalled('updateSession'),
  };
}
