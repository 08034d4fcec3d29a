import { HubError } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import type { Session } from './read-session.ts';
import type { SessionRow } from './schema.ts';
import { deleteSession, selectSessions } from './session-store.ts';
import { bounds } from './settings.ts';

/** The bearer's own living sessions, most recently used first. */
export const listSessions = (db: Db, session: Session): Promise<SessionRow[]> =>
  selectSessions(db, session.userId, session.sessionId, bounds.listRows);

/**
 * Ends one of the bearer's own sessions, the present one included. It counts at once: no session is
 * cached anywhere, row security asks for a living session, and a trigger raises the epoch of the
 * realtime topics.
 */
export async function revokeSession(db: Db, session: Session, id: string): Promise<void> {
  if (!(await deleteSession(db, session.userId, id))) throw new HubError('resource.not_found');
}
