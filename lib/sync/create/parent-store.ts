import type { Tx } from '#lib/db/index';
import { namedBy } from '../lens/index.ts';
import { homeOf, isNamedByKey } from '../reference-store.ts';

export interface ParentRow {
  record_id: string;
  deleted_at: string | null;
  /** What it names as its own parent. */
  parent: string | null;
  /** How it is addressed in the stream, if it is there. */
  name_there: string | null;
  /** It is owed to the stream, or being made there. */
  is_owed: boolean;
}

/**
 * The record that another names as its parent, by what that is called where the name comes from. None
 * where the name could be two.
 */
export async function selectParent(
  tx: Tx,
  of: { workspace_id: string; record_id: string; connection_id: string; stream_id: string },
  value: string,
): Promise<ParentRow | null> {
  const { connectionId = null, name = value } = namedBy(value, null) ?? {};
  const rows = await tx<(ParentRow & { weight: number })[]>`
    select p.id as record_id, p.deleted_at, p.data ->> 'parent' as parent,
      (select coalesce(t.external_key, t.external_id) from public.links t
        where t.workspace_id = p.workspace_id and t.record_id = p.id and t.connection_id = ${of.connection_id}
          and t.state <> 'tombstone') as name_there,
      exists (select 1 from public.creations c where c.workspace_id = p.workspace_id and c.record_id = p.id
        and c.stream_id = ${of.stream_id} and c.state in ('owed', 'sending', 'unknown')
        and c.next_attempt_at is not null) as is_owed,
      (l.state <> 'tombstone')::int * 2 + (l.external_key is not distinct from ${name})::int as weight
    from public.records r
    join public.links l on l.workspace_id = r.workspace_id
      and l.connection_id = coalesce(${connectionId}::uuid, ${homeOf(tx)})
      and l.kind = r.kind and (l.external_id = ${name} or (l.external_key = ${name} and ${isNamedByKey(tx, tx`l`)}))
    join public.records p on p.workspace_id = l.workspace_id and p.id = l.record_id
    where r.workspace_id = ${of.workspace_id} and r.id = ${of.record_id} and p.id <> r.id
    order by weight desc limit 2`;
  const [first, second] = rows;
  return first && first.weight !== second?.weight ? first : null;
}
