import { requestOrigin } from './request-origin.ts';
import type { User, Workspace } from './schema.ts';
import { hashToken } from './secret-token.ts';
import { readCookies, sessionCookieName } from './session-cookie.ts';
import { findSession, touchSession } from './session-store.ts';
import { bounds, type IdentityDeps } from './settings.ts';

export interface Session {
  sessionId: string;
  userId: string;
  expiresAt: string;
  user: User;
  isInstanceOwner: boolean;
  /** With the bearer's role in each, oldest first. */
  workspaces: Workspace[];
}

/** A session token is 43 characters; whatever is longer is not one of ours and is not hashed. */
const tokenChars = 100;

/**
 * Who sends these headers, or null. Read from the database each time: a revoked session or a lost
 * membership counts from the next request on, so nothing here may ever be cached.
 */
export async function readSession(
  deps: Pick<IdentityDeps, 'db' | 'settings'>,
  headers: Headers,
): Promise<Session | null> {
  const name = sessionCookieName(requestOrigin(headers, deps.settings));
  const token = readCookies(headers)[name];
  if (!token || token.length > tokenChars) return null;
  const row = await findSession(deps.db, hashToken(token));
  if (!row) return null;
  if (row.seen_seconds_ago > bounds.seenEverySeconds) {
    await touchSession(deps.db, row.session_id, bounds.seenEverySeconds);
  }
  return {
    sessionId: row.session_id,
    userId: row.user_id,
    expiresAt: row.expires_at,
    user: { id: row.user_id, email: row.email, name: row.name, image: row.image },
    isInstanceOwner: row.is_instance_owner,
    workspaces: row.workspaces,
  };
}
