-- sagas: orchestrated work of several steps that goes on after a crash at any line, and the
-- registrations of webhooks as desired state.

-- One saga. Its truth is its events; state, version and times here are what they add up to, written
-- with them, so that due sagas are found by an index.
create table public.sagas (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces on delete cascade,
  connection_id uuid,
  kind text not null check (kind ~ '^[a-z][a-z_]{0,39}$'),
  -- What it is about: one saga of a kind and subject at a time.
  subject uuid not null,
  state text not null default 'pending'
    check (state in ('pending', 'running', 'completed', 'failed', 'compensating', 'compensated')),
  -- Events so far; whoever appends names the version it decided on.
  version int not null default 0,
  -- The right to work on it: raised with every job, held until lease_until.
  epoch bigint not null default 0,
  lease_until timestamptz,
  next_attempt_at timestamptz default now(),
  requested_by uuid references public.users on delete set null,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade,
  unique (workspace_id, id)
);
create unique index sagas_one_at_a_time on public.sagas (workspace_id, kind, subject)
  where state in ('pending', 'running', 'compensating');
create index sagas_due on public.sagas (next_attempt_at) where state in ('pending', 'running', 'compensating');
create index sagas_newest on public.sagas (workspace_id, connection_id, id desc);

-- Append only: nobody was granted the right to change or remove an event.
create table public.saga_events (
  saga_id uuid not null,
  position int not null check (position > 0),
  workspace_id uuid not null,
  type text not null check (char_length(type) <= 40),
  step text check (char_length(step) <= 40),
  details jsonb not null default '{}',
  at timestamptz not null default clock_timestamp(),
  primary key (saga_id, position),
  foreign key (workspace_id, saga_id) references public.sagas (workspace_id, id) on delete cascade
);

call private.protect('public.sagas', 'editor');
revoke update, delete on public.sagas from hub_user;
revoke delete on public.sagas from patchbay_worker;
call private.protect('public.saga_events', 'editor');
revoke update, delete on public.saga_events from hub_user;
revoke update, delete on public.saga_events from patchbay_worker;

-- A saga is touched by every lease; pages need to know only when something was appended.
create or replace function private.touch_sagas() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  space record;
begin
  for space in
    select n.workspace_id, array_agg(distinct n.id) as ids
    from fresh n join stale o on o.id = n.id where o.version <> n.version
    group by n.workspace_id
  loop
    perform private.touch(space.workspace_id, 'sagas', space.ids);
  end loop;
  return null;
end
$$;
create trigger touch_insert after insert on public.sagas referencing new table as fresh
  for each statement execute function private.touch_new();
create trigger touch_update after update on public.sagas referencing old table as stale new table as fresh
  for each statement execute function private.touch_sagas();

-- Webhooks as desired state: what is wanted follows from streams and connections, what there is
-- stands here, and `next_check_at` says when the two are compared again.
alter table public.webhook_endpoints
  -- Something may stand at the service under our address even when nobody heard its answer.
  add column is_attempted boolean not null default false,
  -- A registration that ends by itself is made anew at this time.
  add column renew_at timestamptz,
  add column checked_at timestamptz,
  add column next_check_at timestamptz default now(),
  add column attempts int not null default 0,
  add column epoch bigint not null default 0,
  add column lease_until timestamptz,
  add column queued_until timestamptz;
update public.webhook_endpoints set is_attempted = status <> 'removed';
create index webhook_endpoints_due on public.webhook_endpoints (next_check_at) where next_check_at is not null;
