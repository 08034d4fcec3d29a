-- delivery: who is told of changes, how far they were told, and what is owed to them.

-- A consumer of the change log. Its own cursor says up to which position its deliveries were made;
-- the log is the buffer, so one that does not take its deliveries delays nobody and owes few rows.
create table public.subscriptions (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces on delete cascade,
  name text not null check (char_length(name) between 1 and 120),
  kind text not null check (kind in ('webhook', 'slack', 'mail', 'analytics')),
  config jsonb not null default '{}' check (octet_length(config::text) <= 16384),
  filter jsonb not null default '{}' check (octet_length(filter::text) <= 16384),
  status text not null default 'active' check (status in ('active', 'paused', 'disabled')),
  status_code text check (char_length(status_code) <= 80),
  status_reason text check (char_length(status_reason) <= 400),
  status_at timestamptz not null default now(),
  cursor bigint not null check (cursor >= 0),
  max_in_flight int not null default 4 check (max_in_flight between 1 and 32),
  per_second int not null default 20 check (per_second between 1 and 1000),
  -- What is left of per_second, as of filled_at; never counted above it, so this begins with all.
  tokens double precision not null default 1000,
  filled_at timestamptz not null default now(),
  -- When it is worth looking for deliveries that may go; null when none is owed.
  due_at timestamptz,
  -- Whoever was served longest ago comes first.
  served_at timestamptz not null default '-infinity',
  fanned_at timestamptz not null default '-infinity',
  -- The right to read the log for it: held until lease_until, told apart by its epoch.
  epoch bigint not null default 0,
  lease_until timestamptz,
  -- The first failure since the last success.
  failing_since timestamptz,
  delivered_at timestamptz,
  delivered_count bigint not null default 0,
  dead_count bigint not null default 0,
  -- When its secret was put; the secret itself is the worker's.
  secret_at timestamptz,
  signalled_at timestamptz not null default '-infinity',
  created_by uuid references public.users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Its deliveries are removed in steps, and then itself.
  deleted_at timestamptz,
  unique (workspace_id, id)
);
create index subscriptions_due on public.subscriptions (due_at) where due_at is not null and status = 'active';
create index subscriptions_of_workspace on public.subscriptions (workspace_id, id desc) where deleted_at is null;
create index subscriptions_deleted on public.subscriptions (deleted_at) where deleted_at is not null;
create unique index subscriptions_one_analytics on public.subscriptions (workspace_id) where kind = 'analytics';

-- Making deliveries again for a range of the log.
create table public.delivery_replays (
  id uuid primary key,
  workspace_id uuid not null,
  subscription_id uuid not null,
  -- From behind this position up to that one; cursor says how far it is.
  after_position bigint not null check (after_position >= 0),
  upto_position bigint not null,
  cursor bigint not null,
  record_id uuid,
  status text not null default 'running' check (status in ('running', 'done', 'cancelled')),
  created_count int not null default 0,
  requested_by uuid references public.users on delete set null,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  foreign key (workspace_id, subscription_id) references public.subscriptions (workspace_id, id) on delete cascade,
  unique (workspace_id, id),
  check (upto_position >= after_position and cursor between after_position and upto_position)
);
create index delivery_replays_running on public.delivery_replays (created_at) where status = 'running';
create index delivery_replays_newest on public.delivery_replays (subscription_id, id desc);

-- One change owed to one subscription.
create table public.deliveries (
  id uuid primary key,
  workspace_id uuid not null,
  subscription_id uuid not null,
  replay_id uuid,
  -- 0 for one that was made by hand and stands for no change.
  position bigint not null check (position >= 0),
  -- The key: deliveries of one record to one subscription go one after the other.
  record_id uuid not null,
  kind text not null,
  op text not null,
  version bigint not null,
  origin text not null,
  connection_id uuid,
  fields text[] not null default '{}',
  title text,
  changed_at timestamptz not null,
  -- failed: will be tried again. dead: will not, unless somebody says so.
  status text not null default 'pending'
    check (status in ('pending', 'sending', 'failed', 'delivered', 'dead', 'skipped', 'cancelled')),
  attempts int not null default 0,
  -- Null while an earlier delivery of the same record is not over.
  next_attempt_at timestamptz,
  epoch bigint not null default 0,
  lease_until timestamptz,
  -- The newest first, at most 20: {at, ms, outcome, code, status, excerpt}.
  attempt_log jsonb not null default '[]',
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  foreign key (workspace_id, subscription_id) references public.subscriptions (workspace_id, id) on delete cascade,
  foreign key (workspace_id, replay_id) references public.delivery_replays (workspace_id, id) on delete cascade,
  unique (workspace_id, id),
  constraint deliveries_over check ((status in ('pending', 'sending', 'failed')) = (ended_at is null)),
  constraint deliveries_held check ((status = 'sending') = (lease_until is not null)),
  constraint deliveries_due check (next_attempt_at is null or status in ('pending', 'failed'))
);
create unique index deliveries_once on public.deliveries
  (subscription_id, position, coalesce(replay_id, '00000000-0000-0000-0000-000000000000')) where position > 0;
create index deliveries_due on public.deliveries (subscription_id, next_attempt_at, position)
  where next_attempt_at is not null;
-- At most one of a record may go or is on its way.
create unique index deliveries_one_armed on public.deliveries (subscription_id, record_id)
  where status = 'sending' or next_attempt_at is not null;
create index deliveries_of_key on public.deliveries (subscription_id, record_id, position, id)
  where status in ('pending', 'sending', 'failed');
create index deliveries_held on public.deliveries (subscription_id, lease_until) where status = 'sending';
create index deliveries_dead on public.deliveries (subscription_id, id desc) where status = 'dead';
create index deliveries_newest on public.deliveries (workspace_id, id desc);
create index deliveries_by_subscription on public.deliveries (subscription_id, id desc);
create index deliveries_by_record on public.deliveries (workspace_id, record_id, id desc);
create index deliveries_of_replay on public.deliveries (replay_id, status) where replay_id is not null;
create index deliveries_ended on public.deliveries (ended_at) where ended_at is not null;

-- What a destination is proven to with, or reached by: sealed to the worker, never read by web.
create table private.subscription_secrets (
  subscription_id uuid primary key,
  workspace_id uuid not null,
  envelope bytea not null,
  key_id text not null,
  -- The one it replaced, still good until then.
  previous_envelope bytea,
  previous_until timestamptz,
  updated_at timestamptz not null default now(),
  foreign key (workspace_id, subscription_id) references public.subscriptions (workspace_id, id) on delete cascade,
  check ((previous_envelope is null) = (previous_until is null))
);
create index subscription_secrets_by_key on private.subscription_secrets (substring(envelope from 2 for 8));

-- What happened in an hour. fresh_*: milliseconds from a webhook's arrival to the change it became.
create table public.analytics_hourly (
  workspace_id uuid not null references public.workspaces on delete cascade,
  hour timestamptz not null,
  kind text not null,
  op text not null,
  -- Null: changed by a person here.
  connection_id uuid,
  changes bigint not null,
  fresh_count bigint not null default 0,
  fresh_ms_sum bigint not null default 0,
  fresh_ms_max bigint not null default 0,
  -- How many took at most 2^n × 16 ms, each counted once; the last holds all above.
  fresh_buckets bigint[] not null default array_fill(0::bigint, array[16]),
  constraint analytics_hourly_once unique nulls not distinct (workspace_id, hour, kind, op, connection_id)
);

call private.protect('public.subscriptions', 'editor');
revoke update, delete on public.subscriptions from hub_user;
grant update (name, config, filter, status, status_code, status_reason, status_at, max_in_flight, per_second,
  due_at, failing_since, updated_at, deleted_at) on public.subscriptions to hub_user;
call private.protect('public.deliveries', 'editor');
revoke update, delete on public.deliveries from hub_user;
grant update (status, attempts, next_attempt_at, ended_at) on public.deliveries to hub_user;
call private.protect('public.delivery_replays', 'editor');
revoke update, delete on public.delivery_replays from hub_user;
grant update (status, finished_at) on public.delivery_replays to hub_user;
call private.protect('public.analytics_hourly');

alter table private.subscription_secrets enable row level security;
alter table private.subscription_secrets force row level security;
create policy worker_all on private.subscription_secrets for all to patchbay_worker using (true) with check (true);
grant select, insert, update, delete on private.subscription_secrets to patchbay_worker;

-- An admin puts a secret; the one before it stays good until the time given. It goes in and never out,
-- so nobody but the worker was granted the table. False: not a subscription of an admin's workspace.
create or replace function private.set_subscription_secret(
  target uuid, sealed bytea, sealed_to text, keep_until timestamptz
) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  space uuid;
begin
  select s.workspace_id into space from public.subscriptions s
  where s.id = target and s.deleted_at is null and s.workspace_id in (select private.my_workspaces('admin'));
  if not found then
    return false;
  end if;
  insert into private.subscription_secrets as s (subscription_id, workspace_id, envelope, key_id)
  values (target, space, sealed, sealed_to)
  on conflict (subscription_id) do update set
    previous_envelope = case when keep_until > now() then s.envelope end,
    previous_until = case when keep_until > now() then keep_until end,
    envelope = excluded.envelope, key_id = excluded.key_id, updated_at = now();
  update public.subscriptions set secret_at = now() where id = target;
  return true;
end
$$;
grant execute on function private.set_subscription_secret(uuid, bytea, text, timestamptz) to hub_user;

-- The counts of sealed values, with the new shelf among them.
create or replace function private.sealed_key_use()
returns table (class text, part text, key_id text, sealed bigint)
language sql stable security definer set search_path = ''
as $$
  with held (class, part, envelope) as (
    select 'worker', 'credentials', substring(envelope from 2 for 8) from private.credentials
    union all
    select 'worker', 'app_secrets', substring(envelope from 2 for 8) from private.app_secrets
    union all
    -- Good for minutes: they are not sealed anew, they end.
    select 'worker', 'sign_ins', substring(verifier from 2 for 8) from private.oauth_states
      where expires_at > now()
    union all
    select 'worker', 'commands', substring(sealed from 2 for 8) from private.commands where sealed is not null
    union all
    select 'worker', 'mails', substring(envelope from 2 for 8) from private.mails where envelope is not null
    union all
    select 'worker', 'subscription_secrets', substring(envelope from 2 for 8) from private.subscription_secrets
    union all
    select 'worker', 'subscription_secrets', substring(previous_envelope from 2 for 8)
      from private.subscription_secrets where previous_envelope is not null
    union all
    select 'gateway', 'webhook_secrets', substring(envelope from 2 for 8) from private.webhook_secrets
    union all
    select 'gateway', 'webhook_secrets', substring(previous_envelope from 2 for 8) from private.webhook_secrets
      where previous_envelope is not null
  )
  select h.class, h.part, encode(h.envelope, 'hex'), count(*)
  from held h group by 1, 2, 3 order by 1, 2, 3
$$;

-- Every workspace counts its changes from its first one on.
create or replace function private.start_counting() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.subscriptions (id, workspace_id, name, kind, cursor)
  values (gen_random_uuid(), new.id, 'Analytics', 'analytics', 0);
  return null;
end
$$;
-- By its name it comes after start_clock: a subscription is told on the workspace's topic.
create trigger start_counting after insert on public.workspaces
  for each row execute function private.start_counting();
insert into public.subscriptions (id, workspace_id, name, kind, cursor)
  select gen_random_uuid(), w.id, 'Analytics', 'analytics', 0 from public.workspaces w;

-- A subscription's row changes with every claim and every outcome. Pages hear of it four times a
-- second at most, and always when it comes to rest.
create or replace function private.touch_subscription() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if old.signalled_at < clock_timestamp() - interval '250 milliseconds'
    or (new.due_at is null and old.due_at is not null)
    or (old.status, old.name, old.config, old.filter, old.deleted_at, old.failing_since is null)
      is distinct from (new.status, new.name, new.config, new.filter, new.deleted_at, new.failing_since is null)
  then
    new.signalled_at := clock_timestamp();
    perform private.touch(new.workspace_id, 'subscriptions', array[new.id]);
  end if;
  return new;
end
$$;
create trigger touch_update before update on public.subscriptions
  for each row when (old.kind <> 'analytics') execute function private.touch_subscription();
create trigger touch_insert after insert on public.subscriptions referencing new table as fresh
  for each statement execute function private.touch_new();
create trigger touch_insert after insert on public.delivery_replays referencing new table as fresh
  for each statement execute function private.touch_new();
create trigger touch_update after update on public.delivery_replays referencing new table as fresh
  for each statement execute function private.touch_new();

-- The log is kept from behind this position on: a reader whose cursor is below it has missed some.
alter table private.workspace_clocks add column pruned_to bigint not null default 0;

-- Takes away the oldest changes of a workspace, at most so many, none younger than `before` and none
-- an active subscription has still to read. The log's one way of losing a row; nobody was granted
-- delete. Answers how many went.
create or replace function private.prune_changes(target uuid, before timestamptz, at_most int) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  kept_from bigint;
  pruned bigint;
  gone int;
begin
  select w.pruned_to into pruned from private.workspace_clocks w where w.workspace_id = target for no key update;
  if not found then
    return 0;
  end if;
  select min(s.cursor) into kept_from from public.subscriptions s
  where s.workspace_id = target and s.status = 'active' and s.deleted_at is null;
  with old as (
    select c.id, c.position, c.at from public.change_log c
    where c.workspace_id = target and c.position > pruned
      and c.position <= least(pruned + at_most, coalesce(kept_from, 9223372036854775807))
  ),
  -- From the oldest up to the first that is too young.
  done as (
    delete from public.change_log c using old
    where c.id = old.id and old.position < coalesce(
      (select min(y.position) from old y where y.at >= before), 9223372036854775807)
    returning old.position
  )
  select count(*), max(d.position) into gone, kept_from from done d;
  if gone > 0 then
    update private.workspace_clocks w set pruned_to = kept_from where w.workspace_id = target;
  end if;
  return gone;
end
$$;
grant execute on function private.prune_changes(uuid, timestamptz, int) to patchbay_worker;

-- As before, and those who make deliveries are told, at the pace at which pages are.
create or replace function private.number_changes() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  space record;
  last_position bigint;
  due boolean;
  payload jsonb;
begin
  perform 1 from public.change_log c where c.id = new.id and c.position is null;
  if not found then
    return null;
  end if;
  for space in
    select c.workspace_id, count(*) as n
    from public.change_log c
    where c.xid = pg_current_xact_id() and c.position is null
    group by c.workspace_id order by c.workspace_id
  loop
    -- During a run (patchbay.bulk) at most 10 messages a second: what is skipped is covered by the
    -- next message's `to`, and the run's last act is private.signal_position.
    select coalesce(current_setting('patchbay.bulk', true), '') <> 'on'
        or w.signalled_at < clock_timestamp() - interval '100 milliseconds'
      into due
      from private.workspace_clocks w where w.workspace_id = space.workspace_id for update;
    update private.workspace_clocks w
      set position = w.position + space.n,
          signalled_at = case when due then clock_timestamp() else w.signalled_at end
      where w.workspace_id = space.workspace_id
      returning w.position into last_position;
    with numbered as (
      select c.id, last_position - space.n + row_number() over (order by c.id) as position
      from public.change_log c
      where c.xid = pg_current_xact_id() and c.workspace_id = space.workspace_id and c.position is null
    )
    update public.change_log c set position = n.position from numbered n where c.id = n.id;

    if due then
      payload := jsonb_build_object('from', last_position - space.n + 1, 'to', last_position);
      if space.n <= 50 then
        payload := payload || jsonb_build_object('ids', (
          select jsonb_agg(distinct c.record_id) from public.change_log c
          where c.workspace_id = space.workspace_id and c.position > last_position - space.n and c.position <= last_position));
      end if;
      perform realtime.send(payload, 'changes', private.topic(space.workspace_id), true);
      -- Counting can wait for its own look; whoever is to be told should not.
      if exists (select 1 from public.subscriptions s where s.workspace_id = space.workspace_id
          and s.status = 'active' and s.kind <> 'analytics' and s.deleted_at is null) then
        perform pg_notify('patchbay_work', 'changes');
      end if;
    end if;
  end loop;
  return null;
end
$$;
