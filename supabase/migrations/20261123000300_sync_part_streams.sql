-- sync: a flow that is paused sends nothing, and one that is removed keeps its streams apart.

-- Streams between which no edit crosses any more, because a flow that kept them the same was removed, or
-- has let go of one of them. Each pair stands here both ways round. A plan of a flow that has both of
-- them, once it is enabled, takes them out again.
create table public.parted_streams (
  workspace_id uuid not null,
  stream_id uuid not null,
  other_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, stream_id, other_id),
  foreign key (workspace_id, stream_id) references public.streams (workspace_id, id) on delete cascade,
  foreign key (workspace_id, other_id) references public.streams (workspace_id, id) on delete cascade
);
create index parted_streams_of_other on public.parted_streams (workspace_id, other_id);
call private.protect('public.parted_streams', 'editor');
revoke update on public.parted_streams from hub_user;
-- Whoever removes a flow says of what it still owed that the services keep what they have.
grant update (ours) on public.links to hub_user;

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
      -- As claimDuePushes has it.
      and (l.stream_id <> all (array(select d.stream_id from public.flow_sides d
          join public.flows f on f.id = d.flow_id and f.status = 'paused'))
        or l.reread_at <= now()
        or l.id in (select i.link_id from public.push_intents i where i.outcome is null or i.outcome = 'unknown'))
      and (of_workspace is null or l.workspace_id = of_workspace) limit most) p
  union all
  select 'create', count(*)::int, min(at) from (
    select t.next_attempt_at as at from public.creations t
    join public.connections c on c.id = t.connection_id and c.status = 'active'
    join public.streams s on s.id = t.stream_id and s.phase <> 'paused'
    where t.next_attempt_at <= now() and (t.lease_until is null or t.lease_until <= now())
      -- Whole streams that rest are passed over: a flow that is paused may owe a hundred thousand.
      and (t.state in ('sending', 'unknown') or t.saga_id is not null or t.stream_id = any (array(
        select d.stream_id from public.flow_sides d
        join public.flows f on f.id = d.flow_id and f.status = 'live')))
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
  union all
  select 'plan', count(*)::int, min(at) from (
    select p.next_attempt_at as at from public.flow_plans p
    where p.status in ('queued', 'making', 'enabling') and p.next_attempt_at <= now()
      and (p.lease_until is null or p.lease_until <= now())
      and (of_workspace is null or p.workspace_id = of_workspace) limit most) q
$$;
