import { json, type Tx } from '#lib/db/index';
import type { FieldRule } from '#lib/sync/schema';

/** The rules of a stream. Answers whether they are others than before. */
export async function putRules(
  tx: Tx,
  workspaceId: string,
  put: { streamId: string; rules: readonly FieldRule[]; updatedBy: string },
): Promise<boolean> {
  const rows = await tx`
    insert into public.stream_rules as r (stream_id, workspace_id, rules, updated_by)
    values (${put.streamId}, ${workspaceId}, ${json(tx, put.rules)}, ${put.updatedBy})
    on conflict (stream_id) do update set rules = excluded.rules, version = r.version + 1,
      updated_by = excluded.updated_by, updated_at = now()
    where r.workspace_id = excluded.workspace_id and r.rules <> excluded.rules
    returning 1`;
  return rows.length > 0;
}
