-- delivery: what all workers together know of a destination's health, lines that wait to become one
-- mail, and the times a subscription was disabled because its destination could not be reached.

create table public.subscription_breakers (
  subscription_id uuid primary key,
  workspace_id uuid not null,
  -- The same columns as of a connection's breaker, read and written by the same code.
  state text not null check (state in ('closed', 'open', 'half_open')),
  faults int not null default 0,
  opens int not null default 0,
  opened_at timestamptz,
  retry_at timestamptz,
  cause_code text check (char_length(cause_code) <= 80),
  cause text check (char_length(cause) <= 1000),
  probe_holder uuid,
  probe_until timestamptz,
  epoch bigint not null default 0,
  changed_at timestamptz not null default now(),
  -- The destination is asked too much: nothing is sent before. How often in a row that was so.
  rest_until timestamptz,
  rests int not null default 0,
  foreign key (workspace_id, subscription_id) references public.subscriptions (workspace_id, id) on delete cascade,
  check ((state = 'closed') = (opened_at is null)),
  check ((state = 'half_open') = (probe_holder is not null))
) with (fillfactor = 50);
create index subscription_breakers_of_workspace on public.subscription_breakers (workspace_id);
call private.protect('public.subscription_breakers');

-- A page shows when a destination is left alone; between two faults nothing changes for it.
create or replace function private.touch_breaker() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.touch(new.workspace_id, 'subscriptions', array[new.subscription_id]);
  return null;
end
$$;
create trigger touch_update after update of state, rest_until on public.subscription_breakers
  for each row when ((old.state, old.rest_until) is distinct from (new.state, new.rest_until))
  execute function private.touch_breaker();

-- Changes that are told together: they wait here until the mail that names them is queued, in the
-- transaction that takes them away. One delivery is one line, however often it is tried.
create table private.digest_lines (
  subscription_id uuid not null,
  delivery_id uuid not null,
  workspace_id uuid not null,
  -- In the order of the log; of those made by hand, in the order they were made.
  position bigint not null,
  text text not null check (char_length(text) <= 4000),
  url text check (char_length(url) <= 4000),
  created_at timestamptz not null default now(),
  primary key (subscription_id, delivery_id),
  foreign key (workspace_id, subscription_id) references public.subscriptions (workspace_id, id) on delete cascade
);
create index digest_lines_of_workspace on private.digest_lines (workspace_id, subscription_id);
create index digest_lines_oldest on private.digest_lines (subscription_id, created_at);

-- When a subscription's mails went out, so that they are spread and no address is flooded.
create table private.digest_mails (
  id uuid primary key,
  workspace_id uuid not null,
  subscription_id uuid not null,
  at timestamptz not null default now(),
  foreign key (workspace_id, subscription_id) references public.subscriptions (workspace_id, id) on delete cascade
);
create index digest_mails_newest on private.digest_mails (subscription_id, at desc);
create index digest_mails_of_workspace on private.digest_mails (workspace_id, subscription_id);

alter table private.digest_lines enable row level security;
alter table private.digest_lines force row level security;
create policy worker_all on private.digest_lines for all to patchbay_worker using (true) with check (true);
grant select, insert, update, delete on private.digest_lines to patchbay_worker;
alter table private.digest_mails enable row level security;
alter table private.digest_mails force row level security;
create policy worker_all on private.digest_mails for all to patchbay_worker using (true) with check (true);
grant select, insert, update, delete on private.digest_mails to patchbay_worker;

-- One row from the moment the hub itself disabled a subscription until somebody lets it go on.
create table public.subscription_incidents (
  id uuid primary key,
  workspace_id uuid not null,
  subscription_id uuid not null,
  code text check (char_length(code) <= 80),
  detail text check (char_length(detail) <= 1000),
  opened_at timestamptz not null default now(),
  closed_at timestamptz,
  -- When the owners and admins were written to, or it was over before they could be.
  alerted_at timestamptz,
  foreign key (workspace_id, subscription_id) references public.subscriptions (workspace_id, id) on delete cascade,
  unique (workspace_id, id)
);
create unique index subscription_incidents_one_open on public.subscription_incidents (subscription_id) where closed_at is null;
create index subscription_incidents_newest on public.subscription_incidents (workspace_id, subscription_id, opened_at desc);
create index subscription_incidents_unsaid on public.subscription_incidents (opened_at) where alerted_at is null;
call private.protect('public.subscription_incidents');

create or replace function private.follow_subscription_status() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.status = 'disabled' and new.deleted_at is null then
    insert into public.subscription_incidents (id, workspace_id, subscription_id, code, detail)
    values (gen_random_uuid(), new.workspace_id, new.id, new.status_code, new.status_reason)
    on conflict (subscription_id) where closed_at is null do nothing;
  else
    update public.subscription_incidents set closed_at = now()
    where subscription_id = new.id and closed_at is null;
    -- Whoever lets it go on has put it right: it is tried at once.
    if new.status = 'active' then
      update public.subscription_breakers set state = 'closed', faults = 0, opens = 0, opened_at = null,
        retry_at = null, probe_holder = null, probe_until = null, epoch = epoch + 1, changed_at = now(),
        rest_until = null, rests = 0
      where subscription_id = new.id;
    end if;
  end if;
  return null;
end
$$;
create trigger follow_subscription_status after update of status, deleted_at on public.subscriptions
  for each row when ((old.status, old.deleted_at) is distinct from (new.status, new.deleted_at))
  execute function private.follow_subscription_status();

-- What may be known of a secret by those who may not read it.
create or replace function private.subscription_secret_state(targets uuid[])
returns table (subscription_id uuid, made_at timestamptz, previous_until timestamptz)
language sql stable security definer set search_path = ''
as $$
  select s.subscription_id, s.updated_at, case when s.previous_until > now() then s.previous_until end
  from private.subscription_secrets s
  where s.subscription_id = any(targets) and s.workspace_id in (select private.my_workspaces('viewer'))
$$;
revoke all on function private.subscription_secret_state(uuid[]) from public;
grant execute on function private.subscription_secret_state(uuid[]) to hub_user;

-- The secret that was replaced is not signed with any more from now on. False: there was none, or it
-- is not an admin's subscription.
create or replace function private.end_previous_secret(target uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update private.subscription_secrets s set previous_envelope = null, previous_until = null
  where s.subscription_id = target and s.previous_envelope is not null
    and s.workspace_id in (select private.my_workspaces('admin'));
  return found;
end
$$;
revoke all on function private.end_previous_secret(uuid) from public;
grant execute on function private.end_previous_secret(uuid) to hub_user;
