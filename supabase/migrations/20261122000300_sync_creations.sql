-- sync: objects that are owed to a service become calls, and no object is made twice.

-- When the last call was made. A call whose answer was lost may still take effect for a while after it.
alter table public.creations add column called_at timestamptz;
-- The record's version that was refused: another one is tried again.
alter table public.creations add column record_version bigint;
-- A person said yes to it, in a plan or by releasing it; others are counted, and many at once are asked about.
alter table public.creations add column is_planned boolean not null default false;
grant update (error, is_planned) on public.creations to hub_user;

-- Sweeps go over workspaces in turn, so their index begins with the workspace.
drop index public.creations_due;
create index creations_due on public.creations (workspace_id, next_attempt_at) where next_attempt_at is not null;
create index creations_refused on public.creations (record_id) where state = 'refused';
create index creations_unplanned on public.creations (created_at) where not is_planned;
create index creations_cancelled on public.creations (finished_at) where state = 'cancelled';
create index creations_newest on public.creations (workspace_id, id desc);

-- Whether a creation may be worked on now. A call that was made is always looked after; another is only
-- made in a live flow. The record of an object that appeared while a creation was under way in its own
-- stream may be that creation's object, seen before its answer: it waits until that is known.
create or replace function private.may_create(owed public.creations) returns boolean
language sql stable set search_path = ''
as $$
  select owed.state in ('sending', 'unknown') or (
    exists (
      select 1 from public.flow_sides d join public.flows f on f.id = d.flow_id and f.status = 'live'
      where d.stream_id = owed.stream_id)
    and not exists (
      select 1 from public.links l
      join public.creations u on u.stream_id = l.stream_id and u.state in ('sending', 'unknown')
        and u.sent_at <= l.created_at and u.next_attempt_at is not null
        and u.created_at > now() - interval '1 hour'
      where l.workspace_id = owed.workspace_id and l.record_id = owed.record_id))
$$;
revoke execute on function private.may_create(public.creations) from public;
grant execute on function private.may_create(public.creations) to patchbay_worker;

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
  select 'create', count(*)::int, min(at) from (
    select t.next_attempt_at as at from public.creations t
    join public.connections c on c.id = t.connection_id and c.status = 'active'
    join public.streams s on s.id = t.stream_id and s.phase <> 'paused'
    where t.next_attempt_at <= now() and (t.lease_until is null or t.lease_until <= now())
      and private.may_create(t)
      and (of_workspace is null or t.workspace_id = of_workspace) limit most) n
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
