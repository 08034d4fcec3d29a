import type { Tx } from '#lib/db/index';

export interface FlowTraffic {
  flow_id: string;
  changes_per_hour: number;
}

/** Changes of the last hour, of records that live at more than one side of a flow; runs are not counted. */
export async function readFlowTraffic(tx: Tx, workspaceId: string): Promise<FlowTraffic[]> {
  return tx<FlowTraffic[]>`
    select flow_id, count(*)::int as changes_per_hour from (
      select fs.flow_id, l.position from public.change_log l
      join public.links k on k.workspace_id = l.workspace_id and k.record_id = l.record_id
        and k.state <> 'tombstone'
      join public.flow_sides fs on fs.workspace_id = k.workspace_id and fs.stream_id = k.stream_id
      where l.workspace_id = ${workspaceId} and l.at > now() - interval '1 hour' and l.run_id is null
        and l.position is not null
      group by fs.flow_id, l.position having count(*) > 1) crossed
    group by flow_id`;
}
