import type { Db, Tx } from '#lib/db/index';

/** What admins chose, by what requests are about: an endpoint of webhooks, or a workspace. */
export interface ChosenLimit {
  subject: string;
  name: string;
  amount: number;
}

/** Of all workspaces at once, for the processes that count. */
export const readChosenLimits = (db: Db): Promise<ChosenLimit[]> =>
  db<ChosenLimit[]>`select subject, name, amount from private.chosen_limits()`;

export const listChosenLimits = (
  tx: Tx,
  workspaceId: string,
): Promise<{ name: string; amount: number }[]> =>
  tx<{ name: string; amount: number }[]>`
    select name, amount from public.inbound_limits where workspace_id = ${workspaceId}`;

export async function putChosenLimit(
  tx: Tx,
  workspaceId: string,
  choice: { name: string; amount: number },
): Promise<void> {
  await tx`
    insert into public.inbound_limits (workspace_id, name, amount)
    values (${workspaceId}, ${choice.name}, ${choice.amount})
    on conflict (workspace_id, name) do update set amount = excluded.amount, changed_at = now()`;
}

export async function dropChosenLimit(tx: Tx, workspaceId: string, name: string): Promise<void> {
  await tx`delete from public.inbound_limits where workspace_id = ${workspaceId} and name = ${name}`;
}
