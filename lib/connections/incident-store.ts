import type { Tx } from '#lib/db/index';

/** A connection that must be authorised again, of which its people were not told yet. */
export interface UnsaidIncident {
  id: string;
  workspace_id: string;
  workspace_name: string;
  workspace_slug: string;
  connection_id: string;
  connector: string;
  /** Of an app that a form describes. */
  app_title: string | null;
  account_name: string;
  detail: string | null;
  opened_at: string;
  /** It ended before anybody could be told. */
  is_closed: boolean;
  /** E-mail addresses of the workspace's owners and admins. */
  recipients: string[];
}

/** People of one workspace that are written to; a workspace with more has itself to thank. */
const recipientRows = 50;

/** Locked until the end of the transaction: two workers tell of different ones. */
export async function takeUnsaidIncidents(tx: Tx, limit: number): Promise<UnsaidIncident[]> {
  return tx<UnsaidIncident[]>`
    select i.id, i.workspace_id, w.name as workspace_name, w.slug as workspace_slug,
      i.connection_id, c.connector, a.title as app_title, c.account_name, i.detail, i.opened_at,
      i.closed_at is not null as is_closed,
      coalesce((
        select array_agg(u.email order by u.id) from (
          select m.user_id from public.members m
          where m.workspace_id = i.workspace_id and m.role in ('owner', 'admin')
          order by m.created_at, m.user_id limit ${recipientRows}) p
        join public.users u on u.id = p.user_id), '{}') as recipients
    from public.connection_incidents i
    join public.workspaces w on w.id = i.workspace_id
    join public.connections c on c.workspace_id = i.workspace_id and c.id = i.connection_id
    left join public.apps a on a.workspace_id = c.workspace_id and a.id = c.app_id
    where i.alerted_at is null
    order by i.opened_at limit ${limit} for update of i skip locked`;
}

export async function markAlerted(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await tx`
    update public.connection_incidents set alerted_at = now()
    where workspace_id = ${workspaceId} and id = ${id}`;
}
