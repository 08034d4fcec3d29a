import type { Tx } from '#lib/db/index';

export interface IncidentAlert {
  id: string;
  workspace_id: string;
  workspace_name: string;
  workspace_slug: string;
  subscription_id: string;
  name: string;
  detail: string | null;
  opened_at: string;
  /** Owners and admins; none when nobody can be written to. */
  recipients: string[];
}

/** Incidents nobody was told of, locked; one that is over already tells nobody. */
export async function takeUnsaid(tx: Tx, rows: number): Promise<IncidentAlert[]> {
  const taken = await tx<(IncidentAlert & { is_over: boolean })[]>`
    with due as (
      select id from public.subscription_incidents where alerted_at is null
      order by opened_at limit ${rows} for update skip locked)
    update public.subscription_incidents i set alerted_at = now()
    from due, public.subscriptions s, public.workspaces w
    where i.id = due.id and s.workspace_id = i.workspace_id and s.id = i.subscription_id
      and w.id = i.workspace_id
    returning i.id, i.workspace_id, w.name as workspace_name, w.slug as workspace_slug,
      i.subscription_id, s.name, i.detail, i.opened_at, i.closed_at is not null as is_over,
      array(select u.email from public.members m join public.users u on u.id = m.user_id
        where m.workspace_id = i.workspace_id and m.role in ('owner', 'admin')
          and u.email is not null order by u.email) as recipients`;
  return taken.filter(({ is_over: isOver }) => !isOver);
}
