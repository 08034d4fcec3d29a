import type { Tx } from '#lib/db/index';

/** Whether a plan of the flow has ever been enabled: before that it keeps nothing the same. */
export async function hasRun(tx: Tx, workspaceId: string, flowId: string): Promise<boolean> {
  const [row] = await tx<{ has_run: boolean }[]>`
    select f.status <> 'draft' or exists (select 1 from public.flow_plans p
      where p.workspace_id = f.workspace_id and p.flow_id = f.id and p.enabled_at is not null) as has_run
    from public.flows f where f.workspace_id = ${workspaceId} and f.id = ${flowId}`;
  return row?.has_run ?? false;
}

/** Records of one statement, which has ten seconds; 100,000 that owe something take about that long in all. */
const rowsAtOnce = 10_000;

/**
 * No edit crosses any more between each of `gone` and each of `sides`. What is owed of edits that were
 * made at one of them is owed no more: the service keeps what it has, and the record's value stands
 * beside it. An edit that was made here goes out, and what a person is asked about stays as it is asked.
 */
export async function partStreams(
  tx: Tx,
  workspaceId: string,
  { gone, sides }: { gone: readonly string[]; sides: readonly string[] },
): Promise<void> {
  await tx`
    insert into public.parted_streams (workspace_id, stream_id, other_id)
    select ${workspaceId}, p.stream_id, p.other_id
    from unnest(${[...gone]}::uuid[]) g(id) cross join unnest(${[...sides]}::uuid[]) s(id)
    cross join lateral (values (g.id, s.id), (s.id, g.id)) p (stream_id, other_id)
    where g.id <> s.id order by p.stream_id, p.other_id
    on conflict do nothing`;
  let after: string | null = null;
  do {
    const ids: string[] = await lockOwing(tx, workspaceId, sides, after);
    if (ids.length > 0) await keepWhatIsThere(tx, workspaceId, sides, ids);
    after = ids.length < rowsAtOnce ? null : (ids.at(-1) ?? null);
  } while (after !== null);
}

/** Records that a link of these streams owes something of, in the order everybody locks them in. */
async function lockOwing(
  tx: Tx,
  workspaceId: string,
  streamIds: readonly string[],
  after: string | null,
): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select r.id from public.records r where r.workspace_id = ${workspaceId} and r.id in (
      select distinct l.record_id from public.links l
      where l.workspace_id = ${workspaceId} and l.stream_id = any(${[...streamIds]}::uuid[])
        and l.dirty_at is not null ${after === null ? tx`` : tx`and l.record_id > ${after}`}
      order by l.record_id limit ${rowsAtOnce})
    order by r.id for update`;
  return rows.map(({ id }) => id);
}

async function keepWhatIsThere(
  tx: Tx,
  workspaceId: string,
  streamIds: readonly string[],
  recordIds: readonly string[],
): Promise<void> {
  await tx`
    update public.links l set ours = l.ours || owed.theirs
    from (
      select k.id, jsonb_object_agg(c.field, coalesce(r.data -> c.field, 'null')) as theirs
      from public.links k
      join public.records r on r.workspace_id = k.workspace_id and r.id = k.record_id
      cross join lateral (
        -- Who changed each field last since the link owes something.
        select distinct on (f.field) f.field, h.origin, h.connection_id
        from public.change_log h, unnest(h.fields) f (field)
        where h.workspace_id = k.workspace_id and h.record_id = k.record_id and h.at >= k.dirty_at
        order by f.field, h.version desc) c
      where k.workspace_id = ${workspaceId} and k.record_id = any(${[...recordIds]}::uuid[])
        and k.stream_id = any(${[...streamIds]}::uuid[])
        and k.dirty_at is not null and k.state <> 'tombstone' and c.origin = 'connection' and c.field <> all (k.held)
        and exists (
          select 1 from public.links o
          join public.parted_streams p on p.workspace_id = o.workspace_id and p.stream_id = o.stream_id
          where o.workspace_id = k.workspace_id and o.record_id = k.record_id
            and o.connection_id = c.connection_id and p.other_id = k.stream_id)
      group by k.id) owed
    where l.workspace_id = ${workspaceId} and l.id = owed.id`;
}

/** A plan that has looked at these sides of a flow is enabled: edits cross between them again. */
export async function rejoinSides(tx: Tx, workspaceId: string, flowId: string): Promise<void> {
  await tx`
    delete from public.parted_streams p using public.flow_sides s, public.flow_sides o
    where p.workspace_id = ${workspaceId} and s.stream_id = p.stream_id and o.stream_id = p.other_id
      and s.workspace_id = p.workspace_id and s.flow_id = ${flowId} and o.flow_id = s.flow_id`;
}
