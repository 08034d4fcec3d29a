import type { Tx } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';

export interface LivingLink {
  id: string;
  workspace_id: string;
  connection_id: string;
  stream_id: string;
  kind: Kind;
  external_id: string;
  external_key: string | null;
  remote_rank: number;
  state: string;
}

export async function selectLivingLink(
  tx: Tx,
  workspaceId: string,
  linkId: string,
): Promise<LivingLink | null> {
  const [row] = await tx<LivingLink[]>`
    select id, workspace_id, connection_id, stream_id, kind, external_id, external_key, remote_rank, state
    from public.links where workspace_id = ${workspaceId} and id = ${linkId} and state <> 'tombstone'`;
  return row ?? null;
}
