import { json, type Tx } from '#lib/db/index';
import type { MergePolicy } from '#lib/kinds/index';

/** Who wins in one field of a stream from now on; the field's other rules stay. */
export async function setFieldPolicy(
  tx: Tx,
  rule: { workspaceId: string; streamId: string; field: string; policy: MergePolicy },
): Promise<void> {
  const { workspaceId, streamId, field, policy } = rule;
  const fresh = { field, side_field: field, direction: 'both', policy, transform: null };
  await tx`
    insert into public.stream_rules as s (stream_id, workspace_id, rules, updated_by)
    values (${streamId}, ${workspaceId}, ${json(tx, [fresh])}, private.user_id())
    on conflict (stream_id) do update set version = s.version + 1, updated_by = private.user_id(), updated_at = now(),
      rules = case
        when exists (select 1 from jsonb_array_elements(s.rules) e where e ->> 'field' = ${field}) then (
          select jsonb_agg(case when e ->> 'field' = ${field}
            then e || jsonb_build_object('policy', ${policy}::text) else e end order by n)
          from jsonb_array_elements(s.rules) with ordinality x(e, n))
        else s.rules || ${json(tx, [fresh])}::jsonb end
    where s.workspace_id = ${workspaceId}`;
}
