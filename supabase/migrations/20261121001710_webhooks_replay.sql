-- webhooks: having many events applied once more. What a replay takes is a selection or a filter; its
-- events are never listed anywhere: the worker walks along the ids and remembers where it is, in the
-- transaction that hands them out, so a kill costs nothing and hands nothing out twice.

create table public.replays (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces on delete cascade,
  status text not null default 'pending' check (status in ('pending', 'running', 'completed', 'cancelled')),
  -- {ids: [...]} or {filter: {...}}, as it was asked for.
  selection jsonb not null check (pg_column_size(selection) <= 65536),
  -- What the preview counted; `more` when there were more than it counts.
  expected int not null check (expected >= 0),
  is_exact boolean not null,
  -- The newest id it may take: what arrives while it runs is none of it.
  until_id uuid not null,
  -- The last id looked at, oldest first.
  reached_id uuid,
  is_walked boolean not null default false,
  -- Events handed out, and what has become of them.
  taken int not null default 0,
  waiting int not null default 0,
  applied int not null default 0,
  ignored int not null default 0,
  dead int not null default 0,
  requested_by uuid references public.users on delete set null,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  next_step_at timestamptz not null default now(),
  unique (workspace_id, id)
);
create index replays_newest on public.replays (workspace_id, id desc);
create index replays_due on public.replays (next_step_at)
  where status in ('pending', 'running') or (status = 'cancelled' and waiting > 0);

call private.protect('public.replays', 'editor');
revoke update, delete on public.replays from hub_user;
grant update (status, finished_at) on public.replays to hub_user;
create trigger touch_insert after insert on public.replays referencing new table as fresh
  for each statement execute function private.touch_new();
create trigger touch_update after update on public.replays referencing new table as fresh
  for each statement execute function private.touch_new();

-- The replay that handed the event out last. While it waits, such an event stands behind all others.
alter table public.inbox_events add column replay_id uuid;
grant update (replay_id) on public.inbox_events to hub_user;
drop index public.inbox_events_due;
create index inbox_events_due on public.inbox_events (workspace_id, next_attempt_at)
  where status in ('pending', 'queued', 'failed') and replay_id is null;
create index inbox_events_due_again on public.inbox_events (workspace_id, next_attempt_at)
  where status in ('pending', 'queued', 'failed') and replay_id is not null;
create index inbox_events_of_replay on public.inbox_events (replay_id, status) where replay_id is not null;

-- Without `reason` the former one would stand at an event that goes well now.
grant update (reason) on public.inbox_events to hub_user;
