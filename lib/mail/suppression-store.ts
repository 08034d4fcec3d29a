import { newId } from '#lib/core/index';
import type { Queryable, Tx } from '#lib/db/index';
import type { Suppression } from './schema.ts';

/** The first refusal is kept. */
export async function insertSuppression(
  tx: Tx,
  row: { address: string; code: string; detail: string },
): Promise<void> {
  await tx`
    insert into private.mail_suppressions (id, address, code, detail)
    values (${newId()}, ${row.address}, ${row.code}, ${row.detail})
    on conflict (address) do nothing`;
}

/** Addresses this workspace writes to: its members and whoever it sent a mail. */
const ours = (db: Queryable, workspaceId: string) => db`
  s.address in (select m.recipient from private.mails m where m.workspace_id = ${workspaceId})
  or s.address in (select u.email from public.members m join public.users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId})`;

export async function selectSuppressions(
  tx: Tx,
  workspaceId: string,
  limit: number,
): Promise<Suppression[]> {
  return tx<Suppression[]>`
    select s.id, s.address, s.code, s.detail, s.at from private.mail_suppressions s
    where ${ours(tx, workspaceId)} order by s.at desc limit ${limit}`;
}

/** The address, or null when this workspace has no such suppression. */
export async function deleteSuppression(
  tx: Tx,
  workspaceId: string,
  id: string,
): Promise<string | null> {
  const [row] = await tx<{ address: string }[]>`
    delete from private.mail_suppressions s
    where s.id = ${id} and (${ours(tx, workspaceId)}) returning s.address`;
  return row?.address ?? null;
}
