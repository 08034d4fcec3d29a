import type { JsonObject } from '#lib/core/index';
import { json, type Tx } from '#lib/db/index';

/** What a call was made for keeps its state: it is looked for before it is made again. */
export async function oweAgain(tx: Tx, workspaceId: string, creationId: string): Promise<boolean> {
  const { count } = await tx`
    update public.creations set state = case state when 'unknown' then 'unknown' else 'owed' end,
      next_attempt_at = now(), attempts = 0, error = null, finished_at = null, is_planned = true
    where workspace_id = ${workspaceId} and id = ${creationId}
      and (state = 'refused' or (state in ('owed', 'unknown') and next_attempt_at is null))`;
  return count > 0;
}

/** A person has said yes to what was too many at once. */
export async function releaseParked(
  tx: Tx,
  workspaceId: string,
  flowId: string,
  error: JsonObject,
): Promise<number> {
  const { count } = await tx`
    update public.creations set next_attempt_at = now(), error = null, is_planned = true
    where workspace_id = ${workspaceId} and state = 'owed' and next_attempt_at is null
      and error = ${json(tx, error)}
      and stream_id in (select d.stream_id from public.flow_sides d
        where d.workspace_id = ${workspaceId} and d.flow_id = ${flowId})`;
  return count;
}
