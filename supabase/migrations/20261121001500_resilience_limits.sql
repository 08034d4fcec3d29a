-- resilience: limits on what comes in that an admin chose for a workspace, instead of the usual ones.
-- Which limits there are, and within what bounds they may be chosen, stands in the code
-- (lib/hub/limit-table.ts); a row here is one choice.
create table public.inbound_limits (
  workspace_id uuid not null references public.workspaces on delete cascade,
  name text not null check (name ~ '^[a-z][a-z-]{1,39}$'),
  -- Requests in the limit's window.
  amount int not null check (amount between 1 and 10000000),
  changed_at timestamptz not null default now(),
  primary key (workspace_id, name)
);
call private.protect('public.inbound_limits', 'admin');

-- The processes that count know requests by what they are about: an endpoint of webhooks, or a
-- workspace. They read every choice at once, now and then, so that no request waits for one.
create or replace function private.chosen_limits() returns table (subject uuid, name text, amount int)
language sql stable security definer set search_path = ''
as $$
  select coalesce(e.id, l.workspace_id), l.name, l.amount
  from public.inbound_limits l
  left join public.webhook_endpoints e
    on l.name = 'webhook-source' and e.workspace_id = l.workspace_id and e.status <> 'removed'
  limit 100000
$$;
revoke all on function private.chosen_limits() from public;
grant execute on function private.chosen_limits() to patchbay_web;
