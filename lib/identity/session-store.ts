import { newId } from '#lib/core/index';
import type { Queryable } from '#lib/db/index';
import type { SessionRow, Workspace } from './schema.ts';

export interface StoredSession {
  session_id: string;
  user_id: string;
  expires_at: string;
  seen_seconds_ago: number;
  email: string;
  name: string | null;
  image: string | null;
  is_instance_owner: boolean;
  workspaces: Workspace[];
}

/** A living session with everything a request needs to know of its bearer, in one statement. */
export async function findSession(db: Queryable, tokenHash: Buffer): Promise<StoredSession | null> {
  const [row] = await db<StoredSession[]>`
    select s.id as session_id, s.user_id, s.expires_at,
      extract(epoch from now() - s.last_seen_at)::float8 as seen_seconds_ago,
      u.email, u.name, u.image,
      exists (select 1 from private.instance i where i.owner_id = u.id) as is_instance_owner,
      coalesce((
        select jsonb_agg(jsonb_build_object('id', w.id, 'name', w.name, 'slug', w.slug, 'role', m.role)
          order by w.created_at, w.id)
        from public.members m join public.workspaces w on w.id = m.workspace_id
        where m.user_id = u.id), '[]') as workspaces
    from private.sessions s join public.users u on u.id = s.user_id
    where s.token_hash = ${tokenHash} and s.expires_at > now()`;
  return row ?? null;
}

export async function touchSession(db: Queryable, id: string, everySeconds: number): Promise<void> {
  await db`
    update private.sessions set last_seen_at = now()
    where id = ${id} and last_seen_at < now() - make_interval(secs => ${everySeconds})`;
}

export async function insertSession(
  db: Queryable,
  row: {
    userId: string;
    tokenHash: Buffer;
    expiresAt: Date;
    userAgent: string | null;
    address: string | null;
  },
): Promise<string> {
  const id = newId();
  // The bearer's own leftovers go with it; nobody else has to sweep.
  await db`delete from private.sessions where user_id = ${row.userId} and expires_at <= now()`;
  await db`
    insert into private.sessions (id, token_hash, user_id, expires_at, user_agent, address)
    values (${id}, ${row.tokenHash}, ${row.userId}, ${row.expiresAt.toISOString()}, ${row.userAgent}, ${row.address})`;
  return id;
}

export async function deleteSessionByHash(db: Queryable, tokenHash: Buffer): Promise<void> {
  await db`delete from private.sessions where token_hash = ${tokenHash}`;
}

/** Only the bearer's own; false when there is no such row. */
export async function deleteSession(db: Queryable, userId: string, id: string): Promise<boolean> {
  const rows = await db`
    delete from private.sessions where id = ${id} and user_id = ${userId} returning id`;
  return rows.length > 0;
}

export async function selectSessions(
  db: Queryable,
  userId: string,
  currentId: string,
  limit: number,
): Promise<SessionRow[]> {
  return db<SessionRow[]>`
    select id, created_at, last_seen_at, expires_at, user_agent, address, id = ${currentId} as is_current
    from private.sessions where user_id = ${userId} and expires_at > now()
    order by last_seen_at desc, id desc limit ${limit}`;
}
