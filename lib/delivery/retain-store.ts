import type { Db } from '#lib/db/index';

/** Deliveries that ended so long ago; their subscription's counts stay. Answers how many went. */
export async function dropOldDeliveries(
  db: Db,
  bounds: { days: number; rows: number },
): Promise<number> {
  const { count } = await db`
    delete from public.deliveries where id in (
      select id from public.deliveries
      where ended_at < now() - make_interval(days => ${bounds.days}) order by ended_at limit ${bounds.rows})
      -- Once more: somebody may have sent it again meanwhile.
      and ended_at < now() - make_interval(days => ${bounds.days})`;
  return count;
}

/** What was deleted goes in steps, its deliveries first. Answers how many rows went. */
export async function dropDeletedSubscriptions(db: Db, rows: number): Promise<number> {
  const { count } = await db`
    delete from public.deliveries where id in (
      select d.id from public.subscriptions s
      join public.deliveries d on d.subscription_id = s.id
      where s.deleted_at is not null limit ${rows})`;
  if (count > 0) return count;
  const { count: gone } = await db`
    delete from public.subscriptions s where s.deleted_at is not null
      and not exists (select 1 from public.deliveries d where d.subscription_id = s.id)`;
  return gone;
}

/** Active ones whose next change is older than that: the log would be kept for them alone. */
export function selectLaggards(
  db: Db,
  days: number,
  rows: number,
): Promise<{ workspace_id: string; id: string; name: string; kind: string }[]> {
  return db<{ workspace_id: string; id: string; name: string; kind: string }[]>`
    select s.workspace_id, s.id, s.name, s.kind
    from public.subscriptions s
    join lateral (
      select c.at from public.change_log c
      where c.workspace_id = s.workspace_id and c.position > s.cursor
      order by c.position limit 1) as next on next.at < now() - make_interval(days => ${days})
    where s.status = 'active' and s.kind <> 'analytics' and s.deleted_at is null
    order by s.id limit ${rows}`;
}

/** Takes old changes away, workspace by workspace, a bounded number of each. Answers how many went. */
export async function pruneChanges(
  db: Db,
  bounds: { days: number; rows: number; spaces: number },
): Promise<number> {
  const [row] = await db<{ gone: number }[]>`
    select coalesce(sum(private.prune_changes(due.workspace_id,
      now() - make_interval(days => ${bounds.days}), ${bounds.rows})), 0)::int as gone
    from (
      select w.workspace_id from private.workspace_clocks w
      join lateral (select c.at from public.change_log c
        where c.workspace_id = w.workspace_id and c.position > w.pruned_to
        order by c.position limit 1) as oldest on oldest.at < now() - make_interval(days => ${bounds.days})
      order by oldest.at limit ${bounds.spaces}) as due`;
  return row?.gone ?? 0;
}
