import type { Queryable, Tx } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';

/** A stream as somebody could choose it for a new record. */
export interface PlacedStream {
  id: string;
  name: string;
  kind: Kind;
  resource: string;
  phase: string;
  connection_id: string;
  connector: string;
  account_name: string;
  status: string;
  flow_id: string | null;
  rules: unknown;
}

const rowsAtMost = 500;

/** Streams of a workspace by their names; of these ids only, when there are any. */
export function selectPlacedStreams(
  tx: Tx,
  workspaceId: string,
  streamIds: readonly string[] | null,
): Promise<PlacedStream[]> {
  const only = (sql: Queryable) =>
    streamIds === null ? sql`` : sql`and s.id = any(${[...streamIds]}::uuid[])`;
  return tx<PlacedStream[]>`
    select s.id, s.name, s.kind, s.resource, s.phase, s.connection_id, c.connector, c.account_name, c.status,
      d.flow_id, r.rules
    from public.streams s
    join public.connections c on c.workspace_id = s.workspace_id and c.id = s.connection_id
    left join public.flow_sides d on d.workspace_id = s.workspace_id and d.stream_id = s.id
    left join public.stream_rules r on r.workspace_id = s.workspace_id and r.stream_id = s.id
    where s.workspace_id = ${workspaceId} ${only(tx)}
    order by s.name, s.id limit ${rowsAtMost}`;
}

/** The saga that makes the objects of a record. */
export async function selectMakingSaga(
  tx: Tx,
  workspaceId: string,
  recordId: string,
): Promise<string | null> {
  const [row] = await tx<{ id: string }[]>`
    select id from public.sagas
    where workspace_id = ${workspaceId} and subject = ${recordId} and kind = 'create_record'
    order by id desc limit 1`;
  return row?.id ?? null;
}
