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
 * An object that was moved from one of them to another stream of its connection is kept apart there too.
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
  const streams = [...sides, ...(await partMoved(tx, workspaceId, { gone, sides }))];
  let after: string | null = null;
  do {
    const ids: string[] = await lockOwing(tx, workspaceId, streams, after);
    if (ids.length > 0) await keepWhatIsThere(tx, workspaceId, streams, ids);
    after = ids.length < rowsAtOnce ? null : (ids.at(-1) ?? null);
  } while (after !== null);
}

/**
 * The streams, besides the sides, that objects of records at a side were moved to: of the connection of the
 * other side. Those that another flow keeps the same with that side, as one that took its place, stay so.
 */
async function partMoved(
  tx: Tx,
  workspaceId: string,
  { gone, sides }: { gone: readonly string[]; sides: readonly string[] },
): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    with pairs as (
      select distinct p.from_id, p.other_id
      from unnest(${[...gone]}::uuid[]) g(id) cross join unnest(${[...sides]}::uuid[]) s(id)
      cross join lateral (values (g.id, s.id), (s.id, g.id)) p (from_id, other_id)
      where g.id <> s.id
    ), moved as materialized (
      select distinct l.stream_id, o.stream_id as other_id
      from pairs p
      join public.streams f on f.workspace_id = ${workspaceId} and f.id = p.from_id
      join public.links o on o.workspace_id = ${workspaceId} and o.stream_id = p.other_id
      join public.links l on l.workspace_id = o.workspace_id and l.record_id = o.record_id
        and l.connection_id = f.connection_id and l.stream_id <> f.id
      -- Most connections have one stream of a kind, and nothing to be looked through.
      where exists (select 1 from public.streams t where t.workspace_id = f.workspace_id
          and t.connection_id = f.connection_id and t.kind = f.kind and t.id <> f.id)
    ), apart as (
      select m.stream_id, m.other_id from moved m
      where not exists (select 1 from public.flow_sides a join public.flow_sides b on b.flow_id = a.flow_id
        where a.stream_id = m.stream_id and b.stream_id = m.other_id)
    ), noted as (
      insert into public.parted_streams (workspace_id, stream_id, other_id)
      select ${workspaceId}, w.stream_id, w.other_id from apart a
      cross join lateral (values (a.stream_id, a.other_id), (a.other_id, a.stream_id)) w (stream_id, other_id)
      order by w.stream_id, w.other_id
      on conflict do nothing
    )
    select distinct stream_id as id from apart`;
  return rows.map(({ id }) => id);
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
        -- Whatever owes has its time; the few that have one are found by it.
        and l.next_attempt_at is not null and l.dirty_at is not null ${after === null ? tx`` : tx`and l.record_id > ${after}`}
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
