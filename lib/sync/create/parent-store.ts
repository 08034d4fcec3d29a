import type { Tx } from '#lib/db/index';

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

/** The record that another names as its parent, by the name it has at a service both live at. */
export async function selectParent(
  tx: Tx,
  of: { workspace_id: string; record_id: string; connection_id: string; stream_id: string },
  name: string,
): Promise<ParentRow | null> {
  const [row] = await tx<ParentRow[]>`
    select p.id as record_id, p.deleted_at, p.data ->> 'parent' as parent,
      (select coalesce(t.external_key, t.external_id) from public.links t
        where t.workspace_id = p.workspace_id and t.record_id = p.id and t.connection_id = ${of.connection_id}
          and t.state <> 'tombstone') as name_there,
      exists (select 1 from public.creations c where c.workspace_id = p.workspace_id and c.record_id = p.id
        and c.stream_id = ${of.stream_id} and c.state in ('owed', 'sending', 'unknown')
        and c.next_attempt_at is not null) as is_owed
    from public.links own
    join public.links l on l.workspace_id = own.workspace_id and l.connection_id = own.connection_id
      and l.kind = own.kind and (l.external_id = ${name} or l.external_key = ${name})
    join public.records p on p.workspace_id = l.workspace_id and p.id = l.record_id
    where own.workspace_id = ${of.workspace_id} and own.record_id = ${of.record_id} and p.id <> own.record_id
    order by (l.external_key = ${name}) desc nulls last limit 1`;
  return row ?? null;
}
