-- resilience: how far the clock of each service is from ours, and what services say of when something changed.
--
-- Where the later of two changes wins, one time comes from a service and the other from here or from another
-- service. They are compared on this database's clock; what is not known is not guessed at.

-- Measured from the answers of the service (lib/resilience/clock-state.ts); written when it has moved,
-- or every ten minutes, never for each call.
create table public.connection_clocks (
  connection_id uuid primary key,
  workspace_id uuid not null,
  -- Milliseconds the service's clock is ahead of this database's, and how far that can be wrong.
  offset_ms float8 not null,
  error_ms float8 not null check (error_ms >= 0),
  measured_at timestamptz not null,
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade
) with (fillfactor = 50);
create index connection_clocks_of_workspace on public.connection_clocks (workspace_id);
call private.protect('public.connection_clocks');

-- What the service says of when its object changed, by its own clock; null where no service was asked.
alter table public.change_log add column remote_at timestamptz;

create or replace function private.forget_connection() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from private.kept_answers where workspace_id = new.workspace_id and connection_id = new.id;
  delete from public.connection_breakers where workspace_id = new.workspace_id and connection_id = new.id;
  delete from public.connection_budget_shares where workspace_id = new.workspace_id and connection_id = new.id;
  delete from public.connection_budgets where workspace_id = new.workspace_id and connection_id = new.id;
  delete from public.connection_clocks where workspace_id = new.workspace_id and connection_id = new.id;
  return null;
end
$$;
