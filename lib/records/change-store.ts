import type { Queryable, Tx } from '#lib/db/index';
import type { StoredChange } from './record-row.ts';
import type { Creation, Push } from './schema.ts';

const changeColumns = (tx: Queryable) => tx`
  c.position, c.record_id, c.kind, c.version, c.op, c.origin, c.reason, c.actor_id, u.name as actor_name,
  c.connection_id, c.run_id, c.inbox_event_id, c.mutation_id, c.undoes, c.fields, c.diff, c.at`;

export function selectChangesAfter(
  tx: Tx,
  workspaceId: string,
  after: number,
  rows: number,
): Promise<StoredChange[]> {
  return tx<StoredChange[]>`
    select ${changeColumns(tx)}
    from public.change_log c left join public.users u on u.id = c.actor_id
    where c.workspace_id = ${workspaceId} and c.position > ${after}
    order by c.position limit ${rows}`;
}

/**
 * The latest change of each record among those of a stretch: what a later one, wherever in the log,
 * has overtaken is left out. In the order of the log.
 */
export function selectLatestChanges(
  tx: Tx,
  workspaceId: string,
  stretch: { after: number; upto: number },
  rows: number,
): Promise<StoredChange[]> {
  return tx<StoredChange[]>`
    select ${changeColumns(tx)}
    from public.change_log c left join public.users u on u.id = c.actor_id
    where c.workspace_id = ${workspaceId} and c.position > ${stretch.after} and c.position <= ${stretch.upto}
      and not exists (
        select 1 from public.change_log later
        where later.workspace_id = c.workspace_id and later.record_id = c.record_id
          and later.version > c.version and later.position is not null)
    order by c.position limit ${rows}`;
}

/** Where the log begins and ends: it holds what is above `pruned_to`. */
export async function selectBounds(
  tx: Queryable,
  workspaceId: string,
): Promise<{ pruned_to: number; position: number }> {
  const [row] = await tx<{ pruned_to: number; position: number }[]>`
    select pruned_to, position from private.workspace_clocks where workspace_id = ${workspaceId}`;
  return row ?? { pruned_to: 0, position: 0 };
}

export async function selectPosition(tx: Queryable, workspaceId: string): Promise<number> {
  const [row] = await tx<{ position: number }[]>`
    select position from private.workspace_clocks where workspace_id = ${workspaceId}`;
  return row?.position ?? 0;
}

/** Newest first. */
export function selectChangesOf(
  tx: Tx,
  workspaceId: string,
  recordId: string,
  rows: number,
): Promise<StoredChange[]> {
  return tx<StoredChange[]>`
    select ${changeColumns(tx)}
    from public.change_log c left join public.users u on u.id = c.actor_id
    where c.workspace_id = ${workspaceId} and c.record_id = ${recordId} and c.position is not null
    order by c.version desc limit ${rows}`;
}

/** Newest first. */
export function selectCreationsOf(
  tx: Tx,
  workspaceId: string,
  recordId: string,
  rows: number,
): Promise<Creation[]> {
  return tx<Creation[]>`
    select m.id, m.connection_id, m.stream_id, s.name as stream, m.state, m.error, m.created_at, m.sent_at, m.finished_at
    from public.creations m
    join public.streams s on s.workspace_id = m.workspace_id and s.id = m.stream_id
    where m.workspace_id = ${workspaceId} and m.record_id = ${recordId}
    order by m.id desc limit ${rows}`;
}

/** Newest first. */
export function selectPushesOf(
  tx: Tx,
  workspaceId: string,
  recordId: string,
  rows: number,
): Promise<Push[]> {
  return tx<Push[]>`
    select p.id, l.connection_id, array(select jsonb_object_keys(p.patch)) as fields, p.created_at,
      p.outcome, p.error, p.finished_at, p.echoed_at
    from public.push_intents p join public.links l on l.id = p.link_id
    where p.workspace_id = ${workspaceId} and p.record_id = ${recordId}
    order by p.id desc limit ${rows}`;
}
