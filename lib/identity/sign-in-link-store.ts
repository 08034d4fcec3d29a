import type { Queryable, Tx } from '#lib/db/index';

export interface SignInLink {
  email: string;
  return_to: string;
  expires_at: string;
}

export async function insertLink(
  tx: Tx,
  row: { tokenHash: Buffer; email: string; returnTo: string; expiresAt: Date },
): Promise<void> {
  await tx`
    insert into private.sign_in_links (token_hash, email, return_to, expires_at)
    values (${row.tokenHash}, ${row.email}, ${row.returnTo}, ${row.expiresAt.toISOString()})`;
}

export async function findLink(db: Queryable, tokenHash: Buffer): Promise<SignInLink | null> {
  const [row] = await db<SignInLink[]>`
    select email, return_to, expires_at from private.sign_in_links
    where token_hash = ${tokenHash} and expires_at > now()`;
  return row ?? null;
}

/** For the one caller who takes it: the row goes with the answer, and with it every other open link. */
export async function takeLink(
  tx: Tx,
  tokenHash: Buffer,
  email: string,
): Promise<SignInLink | null> {
  const [row] = await tx<SignInLink[]>`
    delete from private.sign_in_links
    where token_hash = ${tokenHash} and email = ${email} and expires_at > now()
    returning email, return_to, expires_at`;
  if (row) await tx`delete from private.sign_in_links where email = ${email}`;
  return row ?? null;
}

export async function countLinks(tx: Tx, email: string): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(*)::int as n from private.sign_in_links where email = ${email} and expires_at > now()`;
  return row?.n ?? 0;
}

/** Links nobody can use any more; by the worker's login. */
export async function dropOldLinks(db: Queryable): Promise<number> {
  const { count } = await db`delete from private.sign_in_links where expires_at <= now()`;
  return count;
}

/** Whether somebody with this verified address would be let in: the rules of admitPerson, read only. */
export async function isAwaited(
  tx: Tx,
  person: { email: string; isDomainOpen: boolean },
): Promise<boolean> {
  const [row] = await tx<{ is_awaited: boolean }[]>`
    select ${person.isDomainOpen}
      or exists (select 1 from public.users where email = ${person.email})
      or exists (select 1 from public.invitations
        where email = ${person.email} and accepted_at is null and expires_at > now())
      or not exists (select 1 from private.instance) as is_awaited`;
  return row?.is_awaited ?? false;
}
