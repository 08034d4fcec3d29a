import type { Tx } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';
import { flowLimits } from './limits.ts';

/** A stream as a flow could have it. */
export interface StreamRow {
  id: string;
  name: string;
  kind: Kind;
  connection_id: string;
  connector: string;
  resource: string;
  scope_key: string;
  /** The flow it is in. */
  flow_id: string | null;
  flow_name: string | null;
  /** Fields that its objects were seen with; empty as long as none was. */
  seen: string[];
}

/** In no order; those that are not the workspace's are missing. */
export function selectSideStreams(
  tx: Tx,
  workspaceId: string,
  streamIds: readonly string[],
): Promise<StreamRow[]> {
  return tx<StreamRow[]>`
    select s.id, s.name, s.kind, s.connection_id, c.connector, s.resource, s.scope_key,
      f.id as flow_id, f.name as flow_name,
      (select coalesce(array_agg(distinct field), '{}') from (
         select l.base from public.links l
         where l.stream_id = s.id and l.workspace_id = s.workspace_id and l.base is not null
         limit ${flowLimits.sampledLinks}) as sample, jsonb_object_keys(sample.base) as field) as seen
    from public.streams s
    join public.connections c on c.workspace_id = s.workspace_id and c.id = s.connection_id
    left join public.flow_sides fs on fs.stream_id = s.id and fs.workspace_id = s.workspace_id
    left join public.flows f on f.workspace_id = fs.workspace_id and f.id = fs.flow_id
    where s.workspace_id = ${workspaceId} and s.id = any(${[...streamIds]}::uuid[])`;
}
