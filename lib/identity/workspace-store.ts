import { newId } from '#lib/core/index';
import type { Queryable } from '#lib/db/index';

const slugChars = 40;

/** Lower-case letters, digits and dashes; `workspace` when nothing is left of the name. */
export function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, slugChars - 8)
    .replace(/^-+|-+$/g, '');
  return plain || 'workspace';
}

/**
 * Makes a workspace with its first owner. A taken slug gets four characters of the new id: two
 * people may make workspaces of one name at the same moment, so the insert decides, not a look.
 */
export async function insertWorkspace(
  db: Queryable,
  row: { name: string; ownerId: string },
): Promise<{ id: string; name: string; slug: string }> {
  const id = newId();
  const base = slugOf(row.name);
  for (const slug of [base, `${base}-${id.slice(-4)}`, `${base}-${id.slice(-7)}`]) {
    const [made] = await db<{ id: string; name: string; slug: string }[]>`
      insert into public.workspaces (id, name, slug, created_by)
      values (${id}, ${row.name}, ${slug}, ${row.ownerId})
      on conflict (slug) do nothing returning id, name, slug`;
    if (!made) continue;
    await insertMember(db, { workspaceId: id, userId: row.ownerId, role: 'owner' });
    return made;
  }
  throw new Error('three slugs of one name were taken');
}

/** False when the user is a member already; the role they have stays. */
export async function insertMember(
  db: Queryable,
  row: { workspaceId: string; userId: string; role: string },
): Promise<boolean> {
  const rows = await db`
    insert into public.members (workspace_id, user_id, role)
    values (${row.workspaceId}, ${row.userId}, ${row.role})
    on conflict (workspace_id, user_id) do nothing returning user_id`;
  return rows.length > 0;
}

export async function updateWorkspaceName(
  db: Queryable,
  id: string,
  name: string,
): Promise<{ id: string; name: string; slug: string } | null> {
  const [row] = await db<{ id: string; name: string; slug: string }[]>`
    update public.workspaces set name = ${name} where id = ${id} returning id, name, slug`;
  return row ?? null;
}
