import type { Queryable } from '#lib/db/index';
import type { Member, Role } from './schema.ts';

export async function selectMembers(
  db: Queryable,
  workspaceId: string,
  limit: number,
): Promise<Member[]> {
  return db<Member[]>`
    select jsonb_build_object('id', u.id, 'email', u.email, 'name', u.name, 'image', u.image) as user,
      m.role, m.created_at
    from public.members m join public.users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId}
    order by m.created_at, m.user_id limit ${limit}`;
}

export async function selectMember(
  db: Queryable,
  workspaceId: string,
  userId: string,
): Promise<Member | null> {
  const [row] = await db<Member[]>`
    select jsonb_build_object('id', u.id, 'email', u.email, 'name', u.name, 'image', u.image) as user,
      m.role, m.created_at
    from public.members m join public.users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId} and m.user_id = ${userId}`;
  return row ?? null;
}

export async function findRole(
  db: Queryable,
  workspaceId: string,
  userId: string,
): Promise<Role | null> {
  const [row] = await db<{ role: Role }[]>`
    select role from public.members where workspace_id = ${workspaceId} and user_id = ${userId}`;
  return row?.role ?? null;
}

/** False when row security kept the row as it was. */
export async function updateRole(
  db: Queryable,
  workspaceId: string,
  userId: string,
  role: Role,
): Promise<boolean> {
  const rows = await db`
    update public.members set role = ${role}
    where workspace_id = ${workspaceId} and user_id = ${userId} returning user_id`;
  return rows.length > 0;
}

/** False when row security kept the row: nothing was deleted. */
export async function deleteMember(
  db: Queryable,
  workspaceId: string,
  userId: string,
): Promise<boolean> {
  const rows = await db`
    delete from public.members where workspace_id = ${workspaceId} and user_id = ${userId}
    returning user_id`;
  return rows.length > 0;
}
