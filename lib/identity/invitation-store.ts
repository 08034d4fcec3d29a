import { newId } from '#lib/core/index';
import type { Queryable, Tx } from '#lib/db/index';
import type { Invitation } from './schema.ts';

// Named one by one: the token's hash is readable by nobody but the web login.
export async function selectInvitations(
  db: Queryable,
  workspaceId: string,
  limit: number,
): Promise<Invitation[]> {
  return db<Invitation[]>`
    select id, email, role, created_at, expires_at, accepted_at
    from public.invitations where workspace_id = ${workspaceId}
    order by id desc limit ${limit}`;
}

export async function insertInvitation(
  tx: Tx,
  row: {
    workspaceId: string;
    email: string;
    role: string;
    tokenHash: Buffer;
    invitedBy: string;
    expiresAt: string;
  },
): Promise<Invitation> {
  const id = newId();
  const [made] = await tx<Invitation[]>`
    insert into public.invitations (id, workspace_id, email, role, token_hash, invited_by, expires_at)
    values (${id}, ${row.workspaceId}, ${row.email}, ${row.role}, ${row.tokenHash}, ${row.invitedBy}, ${row.expiresAt})
    returning id, email, role, created_at, expires_at, accepted_at`;
  if (!made) throw new Error('insert into invitations returned no row');
  return made;
}

export async function deleteOpenInvitations(
  tx: Tx,
  workspaceId: string,
  email: string,
): Promise<void> {
  await tx`
    delete from public.invitations
    where workspace_id = ${workspaceId} and email = ${email} and accepted_at is null`;
}

export async function deleteInvitation(
  tx: Tx,
  workspaceId: string,
  id: string,
): Promise<{ email: string } | null> {
  const [row] = await tx<{ email: string }[]>`
    delete from public.invitations
    where workspace_id = ${workspaceId} and id = ${id} and accepted_at is null returning email`;
  return row ?? null;
}

export async function isMemberByEmail(
  tx: Tx,
  workspaceId: string,
  email: string,
): Promise<boolean> {
  const rows = await tx`
    select 1 from public.members m join public.users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId} and u.email = ${email}`;
  return rows.length > 0;
}

export interface FoundInvitation {
  id: string;
  workspace_id: string;
  workspace_name: string;
  workspace_slug: string;
  email: string;
  role: 'admin' | 'editor' | 'viewer';
  is_expired: boolean;
  is_accepted: boolean;
}

export async function findInvitation(
  db: Queryable,
  tokenHash: Buffer,
): Promise<FoundInvitation | null> {
  const [row] = await db<FoundInvitation[]>`
    select v.id, v.workspace_id, w.name as workspace_name, w.slug as workspace_slug, v.email, v.role,
      v.expires_at <= now() as is_expired, v.accepted_at is not null as is_accepted
    from public.invitations v join public.workspaces w on w.id = v.workspace_id
    where v.token_hash = ${tokenHash}`;
  return row ?? null;
}

/** True for the one caller who takes it. */
export async function takeInvitation(tx: Tx, id: string, userId: string): Promise<boolean> {
  const rows = await tx`
    update public.invitations set accepted_at = now(), accepted_by = ${userId}
    where id = ${id} and accepted_at is null and expires_at > now() returning id`;
  return rows.length > 0;
}
