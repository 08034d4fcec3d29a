import type { Queryable } from '#lib/db/index';
import type { PresentRecord } from './destination-store.ts';

/** What a message may speak of besides the change itself. */
export interface MessageContext {
  record: PresentRecord | null;
  workspace: { name: string; slug: string };
  subscription: string;
  /** What the connection the change came from is called; null when it was made here. */
  connection: string | null;
  /** Of that connection. */
  connector: string | null;
}

export async function readMessageContext(
  db: Queryable,
  at: { workspaceId: string; recordId: string; connectionId: string | null; name: string },
): Promise<MessageContext> {
  const [row] = await db<
    {
      name: string;
      slug: string;
      connection: string | null;
      connector: string | null;
      version: number | null;
      data: PresentRecord['data'] | null;
      deleted_at: string | null;
    }[]
  >`
    select w.name, w.slug, r.version, r.data, r.deleted_at,
      c.account_name as connection, c.connector
    from public.workspaces w
    left join public.connections c on c.workspace_id = w.id and c.id = ${at.connectionId}
    left join public.records r on r.workspace_id = w.id and r.id = ${at.recordId}
    where w.id = ${at.workspaceId}`;
  if (!row) throw new Error('The workspace of a delivery is gone');
  const { version, data, deleted_at } = row;
  return {
    record: version === null || data === null ? null : { version, data, deleted_at },
    workspace: { name: row.name, slug: row.slug },
    subscription: at.name,
    connection: row.connection,
    connector: row.connector,
  };
}
