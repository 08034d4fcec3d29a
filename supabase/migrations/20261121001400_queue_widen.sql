-- queue: what keeps failing, what is paused, who works, and indexes that let sweeps go by workspace.

-- A job whose handler throws ends, and its row stays due. What keeps failing stands here, by the key
-- its row is worked on under, and is left alone until `retry_at`, so that one bad row does not spin.
create table private.queue_failures (
  queue text not null check (queue ~ '^[a-z_]{1,40}$'),
  key text not null check (char_length(key) between 1 and 200),
  workspace_id uuid references public.workspaces on delete cascade,
  -- A code of ours, or `worker.died` for a job that ends the process it runs in.
  code text not null check (char_length(code) <= 80),
  reason text not null check (char_length(reason) <= 500),
  job_id uuid not null,
  correlation uuid not null,
  count int not null default 1 check (count > 0),
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  retry_at timestamptz not null,
  primary key (queue, key)
);
create index queue_failures_of_workspace on private.queue_failures (workspace_id, queue);
create index queue_failures_newest on private.queue_failures (last_at);

-- A row is a queue that rests: rows stay due, nothing takes them. The owner of the instance decides.
create table private.queue_pauses (
  queue text primary key check (queue ~ '^[a-z_]{1,40}$'),
  paused_at timestamptz not null default now(),
  paused_by uuid references public.users on delete set null
);

-- Living workers and how each hears of due rows.
create table private.queue_workers (
  id uuid primary key,
  mode text not null check (mode in ('listen', 'poll')),
  seen_at timestamptz not null default now()
);

alter table private.queue_failures enable row level security;
alter table private.queue_failures force row level security;
create policy worker_all on private.queue_failures for all to patchbay_worker using (true) with check (true);
create policy member_read on private.queue_failures for select to hub_user
  using (workspace_id in (select private.my_workspaces('viewer')));
grant select, insert, update, delete on private.queue_failures to patchbay_worker;
grant select on private.queue_failures to hub_user;

alter table private.queue_pauses enable row level security;
alter table private.queue_pauses force row level security;
create policy worker_read on private.queue_pauses for select to patchbay_worker using (true);
create policy member_read on private.queue_pauses for select to hub_user using (true);
grant select on private.queue_pauses to patchbay_worker, hub_user;

alter table private.queue_workers enable row level security;
alter table private.queue_workers force row level security;
create policy worker_all on private.queue_workers for all to patchbay_worker using (true) with check (true);
create policy member_read on private.queue_workers for select to hub_user using (true);
grant select, insert, update, delete on private.queue_workers to patchbay_worker;
grant select on private.queue_workers to hub_user;

-- Sweeps go over workspaces in turn, so their indexes begin with the workspace.
drop index private.commands_due;
create index commands_due on private.commands (workspace_id, created_at)
  where status in ('pending', 'queued', 'running');
drop index public.links_due;
create index links_due on public.links (workspace_id, next_attempt_at) where next_attempt_at is not null;
drop index public.streams_due;
create index streams_due on public.streams (workspace_id, next_poll_at) where next_poll_at is not null;
drop index public.runs_due;
create index runs_due on public.runs (workspace_id, next_attempt_at) where status in ('queued', 'running');
drop index public.inbox_events_due;
create index inbox_events_due on public.inbox_events (workspace_id, next_attempt_at)
  where status in ('pending', 'queued', 'failed');
-- Links to sign in by belong to no workspace and have their turn like one.
drop index private.mails_due;
create index mails_due on private.mails
  (coalesce(workspace_id, '00000000-0000-0000-0000-000000000000'::uuid), retry_at) where status = 'queued';
drop index public.sagas_due;
create index sagas_due on public.sagas (workspace_id, next_attempt_at)
  where state in ('pending', 'running', 'compensating');

-- Whether the caller of this transaction owns the instance.
create or replace function private.is_instance_owner() returns boolean
language sql stable security definer set search_path = ''
as $$ select exists (select 1 from private.instance where owner_id = private.user_id()) $$;
revoke execute on function private.is_instance_owner() from public;

-- Rows that are due and in nobody's hands, by queue, counted to a bound; of one workspace or of all.
create or replace function private.owed_work(of_workspace uuid, most int)
returns table (queue text, due int, oldest_at timestamptz)
language sql stable security definer set search_path = ''
as $$
  select 'command', count(*)::int, min(at) from (
    select created_at as at from private.commands
    where (of_workspace is null or workspace_id = of_workspace)
      and (status = 'pending' or (status in ('queued', 'running') and lease_until < now())) limit most) c
  union all
  select 'push', count(*)::int, min(at) from (
    select l.next_attempt_at as at from public.links l
    join public.connections c on c.id = l.connection_id and c.status = 'active'
    join public.streams s on s.id = l.stream_id and s.phase <> 'paused'
    where l.next_attempt_at <= now() and (l.lease_until is null or l.lease_until <= now())
      and (of_workspace is null or l.workspace_id = of_workspace) limit most) p
  union all
  select 'mail', count(*)::int, min(at) from (
    select retry_at as at from private.mails
    where status = 'queued' and retry_at <= now() and deadline_at > now()
      and (enqueued_until is null or enqueued_until <= now()) and (lease_until is null or lease_until <= now())
      and (of_workspace is null or workspace_id = of_workspace) limit most) m
  union all
  select 'inbox', count(*)::int, min(at) from (
    select next_attempt_at as at from public.inbox_events
    where status in ('pending', 'queued', 'failed') and next_attempt_at <= now()
      and (of_workspace is null or workspace_id = of_workspace) limit most) i
  union all
  select 'saga', count(*)::int, min(at) from (
    select next_attempt_at as at from public.sagas
    where state in ('pending', 'running', 'compensating') and next_attempt_at <= now()
      and (lease_until is null or lease_until < now())
      and (of_workspace is null or workspace_id = of_workspace) limit most) g
  union all
  select 'poll', count(*)::int, min(at) from (
    select s.next_poll_at as at from public.streams s
    join public.connections c on c.id = s.connection_id and c.status = 'active'
    where s.next_poll_at <= now() and s.phase = 'live'
      and not exists (select 1 from public.runs r where r.stream_id = s.id
        and r.status in ('queued', 'running', 'paused'))
      and (of_workspace is null or s.workspace_id = of_workspace) limit most) o
  union all
  select 'run', count(*)::int, min(at) from (
    select r.next_attempt_at as at from public.runs r
    join public.connections c on c.id = r.connection_id and c.status = 'active'
    where r.status in ('queued', 'running') and r.next_attempt_at <= now()
      and (r.lease_until is null or r.lease_until <= now())
      and (of_workspace is null or r.workspace_id = of_workspace) limit most) u
$$;
revoke execute on function private.owed_work(uuid, int) from public;
grant execute on function private.owed_work(uuid, int) to patchbay_worker;

-- What a workspace is owed, for its members alone.
create or replace function private.owed_of_workspace(of_workspace uuid, most int)
returns table (queue text, due int, oldest_at timestamptz)
language sql stable security definer set search_path = ''
as $$
  select o.* from private.my_workspaces('viewer') w, private.owed_work(of_workspace, most) o
  where w = of_workspace
$$;
revoke execute on function private.owed_of_workspace(uuid, int) from public;
grant execute on function private.owed_of_workspace(uuid, int) to hub_user;

-- All queues of the instance, for its owner alone: who asks without being one gets no rows. The
-- queue's own tables are made after the migrations, so the name is looked up when it is called.
create or replace function private.read_queues(most int)
returns table (queue text, due int, oldest_at timestamptz, waiting int, running int)
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not private.is_instance_owner() then return; end if;
  if to_regclass('pgboss.job') is null then
    return query select o.queue, o.due, o.oldest_at, 0, 0 from private.owed_work(null, most) o;
    return;
  end if;
  return query execute
    'select coalesce(o.queue, j.name), coalesce(o.due, 0), o.oldest_at,
       coalesce(j.waiting, 0), coalesce(j.running, 0)
     from private.owed_work(null, $1) o
     full join (
       select name, count(*) filter (where state in (''created'', ''retry''))::int as waiting,
         count(*) filter (where state = ''active'')::int as running
       from pgboss.job where state in (''created'', ''retry'', ''active'') group by name) j on j.name = o.queue'
    using most;
end
$$;
revoke execute on function private.read_queues(int) from public;
grant execute on function private.read_queues(int) to hub_user;

-- Failures of all workspaces, for the owner of the instance.
create or replace function private.read_queue_failures(of_queue text, most int)
returns setof private.queue_failures
language sql stable security definer set search_path = ''
as $$
  select f.* from private.queue_failures f
  where private.is_instance_owner() and (of_queue is null or f.queue = of_queue)
  order by f.last_at desc limit most
$$;
revoke execute on function private.read_queue_failures(text, int) from public;
grant execute on function private.read_queue_failures(text, int) to hub_user;

-- How often each reason stands there, for the owner of the instance.
create or replace function private.count_queue_failures()
returns table (queue text, code text, rows int, last_at timestamptz)
language sql stable security definer set search_path = ''
as $$
  select f.queue, f.code, count(*)::int, max(f.last_at) from private.queue_failures f
  where private.is_instance_owner() group by f.queue, f.code
$$;
revoke execute on function private.count_queue_failures() from public;
grant execute on function private.count_queue_failures() to hub_user;

-- What failed is tried again now. Answers how many.
create or replace function private.redrive_queue(of_queue text, of_key text) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  touched int;
begin
  if not private.is_instance_owner() then return 0; end if;
  update private.queue_failures set retry_at = now()
  where queue = of_queue and (of_key is null or key = of_key);
  get diagnostics touched = row_count;
  return touched;
end
$$;
revoke execute on function private.redrive_queue(text, text) from public;
grant execute on function private.redrive_queue(text, text) to hub_user;

create or replace function private.set_queue_paused(of_queue text, is_paused boolean) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  if not private.is_instance_owner() then return false; end if;
  if is_paused then
    insert into private.queue_pauses (queue, paused_by) values (of_queue, private.user_id())
    on conflict (queue) do nothing;
  else
    delete from private.queue_pauses where queue = of_queue;
  end if;
  return true;
end
$$;
revoke execute on function private.set_queue_paused(text, boolean) from public;
grant execute on function private.set_queue_paused(text, boolean) to hub_user;

-- Jobs that wait in a queue, by workspace: sweeps leave a workspace's further rows where they are
-- while enough of its jobs wait. The queue's tables are made after the migrations.
create or replace function private.waiting_jobs(of_queue text)
returns table (workspace uuid, jobs int)
language plpgsql stable set search_path = ''
as $$
begin
  if to_regclass('pgboss.job') is null then return; end if;
  return query execute
    'select group_id::uuid, count(*)::int from pgboss.job
     where name = $1 and state < ''active'' and group_id is not null group by group_id' using of_queue;
end
$$;
revoke execute on function private.waiting_jobs(text) from public;
grant execute on function private.waiting_jobs(text) to patchbay_worker;

-- How many events are under way is counted before every sweep, whatever backlog stands beside them.
create index inbox_events_leased on public.inbox_events (next_attempt_at) where status = 'queued';
