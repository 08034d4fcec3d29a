import type { Queryable } from '#lib/db/index';

export interface WorkspaceTopic {
  topic: string;
  /** Where the change log ends now: what is above it will be announced on the topic. */
  position: number;
}

/**
 * The topic a member may join now, with the position to catch up from. Null when the workspace is
 * not one of the bearer's: the clock itself is not guarded by rows, so membership is asked here.
 */
export async function readTopic(
  tx: Queryable,
  workspaceId: string,
): Promise<WorkspaceTopic | null> {
  const [row] = await tx<WorkspaceTopic[]>`
    select private.topic(c.workspace_id) as topic, c.position
    from private.workspace_clocks c
    where c.workspace_id = ${workspaceId}
      and c.workspace_id in (select private.my_workspaces('viewer'))`;
  return row ?? null;
}
