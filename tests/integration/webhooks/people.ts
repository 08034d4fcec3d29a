import { randomUUID } from 'node:crypto';
import type { Claims } from '#lib/db/index';
import type { InboxFixture } from './inbox-fixture.ts';

/** Somebody signed in who has this role in the workspace. */
export async function person(
  inbox: InboxFixture,
  workspaceId: string,
  role: string,
): Promise<Claims> {
  const claims = { userId: randomUUID(), sessionId: randomUUID() };
  await inbox.admin`insert into public.users (id, email) values (${claims.userId}, ${`${claims.userId}@example.com`})`;
  await inbox.admin`insert into private.sessions (id, token_hash, user_id, expires_at)
    values (${claims.sessionId}, sha256(${Buffer.from(claims.sessionId)}), ${claims.userId}, now() + interval '1 hour')`;
  await inbox.admin`insert into public.members (workspace_id, user_id, role)
    values (${workspaceId}, ${claims.userId}, ${role})`;
  return claims;
}
