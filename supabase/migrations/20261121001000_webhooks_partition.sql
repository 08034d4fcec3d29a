-- webhooks: the inbox by days. Ids are UUIDv7, so a range of ids is a range of time: the table is
-- partitioned by its id, the primary key stays what it was, and old days go by dropping a table
-- instead of deleting a million rows.
--
-- Days live in `private`, where REST does not look. They hold no policy: rows are reached through
-- `public.inbox_events`, whose policies count. What fits no day (none was made yet, or an id that is
-- no UUIDv7) goes into the default partition and is moved when its day is made.

-- The smallest id of a moment, for bounds and for letting the planner skip days.
create or replace function private.first_id_at(at timestamptz) returns uuid
language sql stable set search_path = ''
as $$
  select (lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- The day (UTC) an id was made on.
create or replace function private.day_of_id(id uuid) returns date
language sql immutable set search_path = ''
as $$
  select (to_timestamp(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0) at time zone 'utc')::date
$$;
grant execute on function private.first_id_at(timestamptz), private.day_of_id(uuid)
  to authenticated, hub_user, patchbay_web, patchbay_worker;

alter table public.inbox_events set schema private;
alter table private.inbox_events rename to inbox_events_whole;

create table public.inbox_events (
  id uuid not null,
  workspace_id uuid not null references public.workspaces on delete cascade,
  connection_id uuid not null,
  endpoint_id uuid not null,
  connector text not null,
  event text not null check (char_length(event) <= 255),
  delivery_id text not null check (char_length(delivery_id) <= 255),
  headers jsonb not null,
  body bytea not null,
  -- unverified: the source signs nothing and somebody chose so; such an event is only a hint.
  verdict text not null check (verdict in ('verified', 'verified_previous_secret', 'unverified')),
  received_at timestamptz not null default now(),
  -- split: came as one body and stands here as it came; its parts are rows of their own.
  status text not null default 'pending'
    check (status in ('pending', 'queued', 'applied', 'ignored', 'failed', 'dead', 'split')),
  attempts int not null default 0,
  -- The last attempts, newest first: [{at, ms, outcome, code?, message?}], at most 20.
  attempt_log jsonb not null default '[]',
  next_attempt_at timestamptz default now(),
  outcome text check (char_length(outcome) <= 400),
  -- Why it failed, as a code by which dead events are grouped.
  reason text check (char_length(reason) <= 80),
  record_id uuid,
  processed_at timestamptz,
  replayed_at timestamptz,
  -- The row with the body this part came in. No key: a part is whole without it.
  parent_id uuid,
  -- Of a split body: how many parts it had.
  parts int check (parts >= 0),
  primary key (id),
  unique (workspace_id, id)
) partition by range (id);

create index inbox_events_newest on public.inbox_events (workspace_id, id desc);
create index inbox_events_due on public.inbox_events (next_attempt_at) where status in ('pending', 'queued', 'failed');
-- Written only for events that did not go well: receiving pays nothing for them.
create index inbox_events_troubled on public.inbox_events (workspace_id, status, id desc)
  where status in ('ignored', 'failed', 'dead');
create index inbox_events_reasons on public.inbox_events (workspace_id, reason, id desc) where status = 'dead';
create index inbox_events_parts on public.inbox_events (parent_id) where parent_id is not null;

create table private.inbox_events_default partition of public.inbox_events default;
alter table private.inbox_events_default enable row level security;
alter table private.inbox_events_default force row level security;

call private.protect('public.inbox_events', 'editor');
revoke insert, delete on public.inbox_events from hub_user;
revoke update on public.inbox_events from hub_user;
grant update (status, next_attempt_at, replayed_at, attempts) on public.inbox_events to hub_user;
create policy web_insert on public.inbox_events for insert to patchbay_web with check (true);
grant insert on public.inbox_events to patchbay_web;
create trigger touch_update after update on public.inbox_events referencing new table as fresh
  for each statement execute function private.touch_new();

-- How many events there are, by day and status, so that no page counts rows. Each statement leaves
-- its differences as rows of their own, which nobody else waits for; the worker adds them up. A
-- reader takes both in one snapshot, so what it reads is exact.
create table public.inbox_counts (
  workspace_id uuid not null references public.workspaces on delete cascade,
  day date not null,
  status text not null check (char_length(status) <= 20),
  -- Of failed and dead events; empty for the others.
  reason text not null default '' check (char_length(reason) <= 80),
  count bigint not null,
  primary key (workspace_id, day, status, reason)
);
call private.protect('public.inbox_counts');

-- No key to workspaces: the rows of a deleted workspace leave their differences as well.
create table private.inbox_deltas (
  workspace_id uuid not null,
  day date not null,
  status text not null,
  reason text not null,
  delta bigint not null
);
alter table private.inbox_deltas enable row level security;
alter table private.inbox_deltas force row level security;
create policy member_read on private.inbox_deltas for select to hub_user
  using (workspace_id in (select private.my_workspaces('viewer')));
create policy worker_all on private.inbox_deltas for all to patchbay_worker using (true) with check (true);
grant select on private.inbox_deltas to hub_user;
grant select, delete on private.inbox_deltas to patchbay_worker;

create or replace function private.inbox_reason(status text, reason text) returns text
language sql immutable set search_path = ''
as $$ select case when status in ('failed', 'dead') then coalesce(reason, '') else '' end $$;

create or replace function private.count_inbox() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    insert into private.inbox_deltas (workspace_id, day, status, reason, delta)
    select n.workspace_id, private.day_of_id(n.id), n.status, private.inbox_reason(n.status, n.reason), count(*)
    from fresh n group by 1, 2, 3, 4;
  elsif tg_op = 'DELETE' then
    insert into private.inbox_deltas (workspace_id, day, status, reason, delta)
    select o.workspace_id, private.day_of_id(o.id), o.status, private.inbox_reason(o.status, o.reason), -count(*)
    from stale o group by 1, 2, 3, 4;
  else
    insert into private.inbox_deltas (workspace_id, day, status, reason, delta)
    select d.workspace_id, private.day_of_id(d.id), d.status, private.inbox_reason(d.status, d.reason), sum(d.delta)
    from (
      select n.workspace_id, n.id, n.status, n.reason, 1 as delta from fresh n
      union all
      select o.workspace_id, o.id, o.status, o.reason, -1 from stale o
    ) d
    group by 1, 2, 3, 4 having sum(d.delta) <> 0;
  end if;
  return null;
end
$$;
create trigger count_insert after insert on public.inbox_events referencing new table as fresh
  for each statement execute function private.count_inbox();
create trigger count_update after update on public.inbox_events referencing old table as stale new table as fresh
  for each statement execute function private.count_inbox();
create trigger count_delete after delete on public.inbox_events referencing old table as stale
  for each statement execute function private.count_inbox();

-- Adds up to `most` differences to the counts; answers how many. One worker at a time.
create or replace function private.fold_inbox_counts(most int) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  folded int;
begin
  if not pg_try_advisory_xact_lock(hashtext('patchbay.inbox_counts')) then
    return 0;
  end if;
  with gone as (
    delete from private.inbox_deltas
    where ctid = any (array(select d.ctid from private.inbox_deltas d limit most))
    returning *
  ), summed as (
    select g.workspace_id, g.day, g.status, g.reason, sum(g.delta) as delta
    from gone g where exists (select 1 from public.workspaces w where w.id = g.workspace_id)
    group by 1, 2, 3, 4
  ), kept as (
    insert into public.inbox_counts as c (workspace_id, day, status, reason, count)
    select s.workspace_id, s.day, s.status, s.reason, s.delta from summed s where s.delta <> 0
    on conflict (workspace_id, day, status, reason) do update set count = c.count + excluded.count
  )
  select count(*) into folded from gone;
  delete from public.inbox_counts where count = 0;
  return folded;
end
$$;
revoke all on function private.fold_inbox_counts(int) from public;
grant execute on function private.fold_inbox_counts(int) to patchbay_worker;

-- The days from today to `ahead` days on, and those of rows that had none. Answers how many were
-- made. Waits for no lock longer than half a second: what is in the way now is not the next time.
create or replace function private.make_inbox_days(ahead int) returns int
language plpgsql security definer set search_path = '' set lock_timeout = '500ms'
as $$
declare
  today date := (now() at time zone 'utc')::date;
  wanted date;
  part text;
  low uuid;
  high uuid;
  made int := 0;
begin
  if ahead not between 1 and 60 then
    raise exception 'days ahead must lie between 1 and 60';
  end if;
  if not pg_try_advisory_xact_lock(hashtext('patchbay.inbox_days')) then
    return 0;
  end if;
  for wanted in
    select d::date from generate_series(today, today + ahead, interval '1 day') d
    union
    -- An id by chance (UUIDv4) says any day; such a row stays where it is.
    select private.day_of_id(e.id) from private.inbox_events_default e
    where e.id < private.first_id_at(now() + interval '60 days') and substr(e.id::text, 15, 1) = '7'
    order by 1
  loop
    part := 'inbox_events_' || to_char(wanted, 'YYYYMMDD');
    if to_regclass('private.' || part) is null then
      low := private.first_id_at(wanted::timestamp at time zone 'utc');
      high := private.first_id_at((wanted + 1)::timestamp at time zone 'utc');
      lock table private.inbox_events_default in access exclusive mode;
      execute format('create table private.%I (like public.inbox_events including all)', part);
      execute format('alter table private.%I enable row level security', part);
      execute format('alter table private.%I force row level security', part);
      execute format(
        'with moved as (delete from private.inbox_events_default where id >= %L and id < %L returning *)
         insert into private.%I select * from moved', low, high, part);
      execute format(
        'alter table public.inbox_events attach partition private.%I for values from (%L) to (%L)', part, low, high);
      made := made + 1;
    end if;
  end loop;
  return made;
end
$$;
revoke all on function private.make_inbox_days(int) from public;
grant execute on function private.make_inbox_days(int) to patchbay_worker;

-- Drops the days older than `keep` days, in milliseconds whatever they hold. A day with an event that
-- is still to be applied stays: it was answered 200. Dropping locks the table for a moment; when that
-- moment does not come within 200 ms the day goes with a later call.
create or replace function private.drop_inbox_days(keep int) returns int
language plpgsql security definer set search_path = '' set lock_timeout = '200ms'
as $$
declare
  limit_day date := (now() at time zone 'utc')::date - keep;
  part record;
  is_open boolean;
  dropped int := 0;
begin
  if keep < 1 then
    raise exception 'an inbox is kept for one day at least';
  end if;
  if not pg_try_advisory_xact_lock(hashtext('patchbay.inbox_days')) then
    return 0;
  end if;
  for part in
    select c.relname, to_date(right(c.relname, 8), 'YYYYMMDD') as day
    from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.inbox_events'::regclass and c.relname ~ '^inbox_events_\d{8}$'
      and to_date(right(c.relname, 8), 'YYYYMMDD') < limit_day
    order by c.relname
  loop
    begin
      execute format(
        'select exists (select 1 from private.%I where status in (''pending'', ''queued'', ''failed''))', part.relname)
        into is_open;
      if not is_open then
        execute format('drop table private.%I', part.relname);
        delete from private.inbox_deltas d where d.day = part.day;
        delete from public.inbox_counts c where c.day = part.day;
        dropped := dropped + 1;
      end if;
    exception when lock_not_available then
      null;
    end;
  end loop;
  return dropped;
end
$$;
revoke all on function private.drop_inbox_days(int) from public;
grant execute on function private.drop_inbox_days(int) to patchbay_worker;

insert into public.inbox_events
  (id, workspace_id, connection_id, endpoint_id, connector, event, delivery_id, headers, body, verdict, received_at,
   status, attempts, attempt_log, next_attempt_at, outcome, record_id, processed_at, replayed_at)
select id, workspace_id, connection_id, endpoint_id, connector, event, delivery_id, headers, body, verdict, received_at,
   status, attempts, attempt_log, next_attempt_at, outcome, record_id, processed_at, replayed_at
from private.inbox_events_whole;
-- A new installation's days are made by its worker, so that this file leads to one schema on any day.
do $days$
begin
  if exists (select 1 from private.inbox_events_whole) then
    perform private.make_inbox_days(7);
  end if;
end
$days$;
drop table private.inbox_events_whole;

-- Old keys are found by their age.
create index dedupe_keys_by_age on private.dedupe_keys (seen_at);
