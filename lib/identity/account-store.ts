import { newId } from '#lib/core/index';
import type { Queryable, Tx } from '#lib/db/index';
import type { User } from './schema.ts';

export async function findUserByAccount(
  db: Queryable,
  provider: string,
  accountId: string,
): Promise<User | null> {
  const [row] = await db<User[]>`
    select u.id, u.email, u.name, u.image
    from private.accounts a join public.users u on u.id = a.user_id
    where a.provider = ${provider} and a.provider_account_id = ${accountId}`;
  return row ?? null;
}

export async function findUserByEmail(
  db: Queryable,
  email: string,
): Promise<(User & { providers: string[] }) | null> {
  const [row] = await db<(User & { providers: string[] })[]>`
    select u.id, u.email, u.name, u.image,
      coalesce((select array_agg(a.provider) from private.accounts a where a.user_id = u.id), '{}') as providers
    from public.users u where u.email = ${email}`;
  return row ?? null;
}

export async function findUserById(db: Queryable, id: string): Promise<User | null> {
  const [row] = await db<User[]>`
    select id, email, name, image from public.users where id = ${id}`;
  return row ?? null;
}

export async function linkAccount(
  db: Queryable,
  row: { provider: string; accountId: string; userId: string },
): Promise<void> {
  await db`
    insert into private.accounts (provider, provider_account_id, user_id)
    values (${row.provider}, ${row.accountId}, ${row.userId})`;
}

export async function insertUser(
  db: Queryable,
  person: { email: string; name: string | null; image: string | null },
): Promise<User> {
  const id = newId();
  const [row] = await db<User[]>`
    insert into public.users (id, email, email_verified_at, name, image)
    values (${id}, ${person.email}, now(), ${person.name?.slice(0, 200) ?? null}, ${person.image})
    returning id, email, name, image`;
  if (!row) throw new Error('insert into users returned no row');
  return row;
}

/** Name and picture follow the provider; the e-mail stays what was first verified. */
export async function refreshProfile(
  db: Queryable,
  userId: string,
  profile: { name: string | null; image: string | null },
): Promise<void> {
  await db`
    update public.users set name = coalesce(${profile.name?.slice(0, 200) ?? null}, name),
      image = coalesce(${profile.image}, image)
    where id = ${userId} and (name, image) is distinct from (
      coalesce(${profile.name?.slice(0, 200) ?? null}, name), coalesce(${profile.image}, image))`;
}

/**
 * True for exactly one caller ever. A second first user waits on the primary key until the first
 * commits, and is then told no.
 */
export async function takeInstance(tx: Tx, ownerId: string): Promise<boolean> {
  const rows = await tx`
    insert into private.instance (owner_id) values (${ownerId}) on conflict do nothing returning owner_id`;
  return rows.length > 0;
}

/** The workspace people of SIGNUP_DOMAINS join: the oldest one the instance's owner made. */
export async function findCommonWorkspace(db: Queryable): Promise<string | null> {
  const [row] = await db<{ id: string }[]>`
    select w.id from public.workspaces w join private.instance i on i.owner_id = w.created_by
    order by w.created_at, w.id limit 1`;
  return row?.id ?? null;
}

export interface PendingInvitation {
  id: string;
  workspace_id: string;
  role: string;
}

/** Locked until the end of the transaction, so one invitation is taken once. */
export async function lockPendingInvitations(tx: Tx, email: string): Promise<PendingInvitation[]> {
  return tx<PendingInvitation[]>`
    select id, workspace_id, role from public.invitations
    where email = ${email} and accepted_at is null and expires_at > now()
    order by id limit 50 for update`;
}

export async function markAccepted(tx: Tx, id: string, userId: string): Promise<void> {
  await tx`
    update public.invitations set accepted_at = now(), accepted_by = ${userId} where id = ${id}`;
}
