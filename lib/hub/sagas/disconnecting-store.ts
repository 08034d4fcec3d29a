import type { Tx } from '#lib/db/index';

const rowsAtMost = 100;

/** Connections that are being ended without a saga that does it. */
export async function selectUnattended(
  tx: Tx,
): Promise<{ workspaceId: string; connectionId: string; requestedBy: string | null }[]> {
  const rows = await tx<{ workspaceId: string; connectionId: string }[]>`
    select c.workspace_id as "workspaceId", c.id as "connectionId" from public.connections c
    where c.status = 'disconnecting' and not exists (
      select 1 from public.sagas s where s.workspace_id = c.workspace_id and s.kind = 'disconnect'
        and s.subject = c.id and s.state in ('pending', 'running', 'compensating'))
    limit ${rowsAtMost} for update skip locked`;
  return rows.map((row) => ({ ...row, requestedBy: null }));
}
