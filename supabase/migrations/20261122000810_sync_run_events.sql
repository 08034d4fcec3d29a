-- sync: what happened to a run, so that the run can be rebuilt from it. Events are written in the
-- transaction of what they tell of and go with their run. Pages that went well become one event the
-- more the longer a run is (lib/sync/compact-run-events.ts), so a long run keeps hundreds of rows.

create table public.run_events (
  run_id uuid not null,
  seq int not null,
  workspace_id uuid not null,
  type text not null check (type in ('queued', 'released', 'started', 'page', 'yielded', 'postponed', 'restarted',
    'paused', 'asked', 'resumed', 'cancelled', 'completed', 'failed', 'polled')),
  data jsonb not null default '{}' check (pg_column_size(data) <= 16384),
  -- The member whose word it was.
  by uuid,
  at timestamptz not null default now(),
  primary key (run_id, seq),
  foreign key (workspace_id, run_id) references public.runs (workspace_id, id) on delete cascade
);

call private.protect('public.run_events', 'editor');
-- A member adds what they said themselves, and nobody's history is rewritten from a page.
revoke update, delete on public.run_events from hub_user;
create policy member_as_self on public.run_events as restrictive for insert to hub_user
  with check (by = private.user_id());
