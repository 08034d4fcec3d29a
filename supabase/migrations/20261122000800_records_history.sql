-- records: taking changes back. An undo is a change like any other, which says what it takes back; many
-- are taken back by the worker, in steps that each are one transaction.

-- The position of the change this one takes back.
alter table public.change_log add column undoes bigint;
-- What one run, plan or undo did, record by record.
create index change_log_by_run on public.change_log (workspace_id, run_id, record_id, version) where run_id is not null;
-- A member has the service asked again for a record that was deleted there.
grant update (reread_at) on public.links to hub_user;

create table public.undo_runs (
  -- Also the run_id of the changes it makes, so that an undo can be taken back itself.
  id uuid primary key,
  workspace_id uuid not null references public.workspaces on delete cascade,
  -- Whose changes are taken back: a run's, a plan's, or another undo's.
  run_id uuid not null,
  status text not null default 'queued'
    check (status in ('queued', 'running', 'asking', 'completed', 'cancelled', 'failed')),
  -- Changes above it are none of it.
  upto_position bigint not null,
  -- Records it is about, by what the preview counted.
  expected int not null check (expected >= 0),
  -- The last record looked at, in the order of their ids.
  reached_record_id uuid,
  done int not null default 0,
  -- All of a record's fields, some of them, none of them.
  undone int not null default 0,
  partly int not null default 0,
  kept int not null default 0,
  -- Deleted records their services are asked for again, and those that came back.
  asked int not null default 0,
  restored int not null default 0,
  -- {reason: records}
  reasons jsonb not null default '{}',
  error jsonb,
  requested_by uuid references public.users on delete set null,
  next_step_at timestamptz default now(),
  created_at timestamptz not null default now(),
  started_at timestamptz,
  walked_at timestamptz,
  finished_at timestamptz,
  unique (workspace_id, id)
);
create index undo_runs_newest on public.undo_runs (workspace_id, id desc);
create index undo_runs_of_run on public.undo_runs (workspace_id, run_id, id desc);
create index undo_runs_due on public.undo_runs (next_step_at) where status in ('queued', 'running', 'asking');
-- One at a time for what one run did.
create unique index undo_runs_one_active on public.undo_runs (workspace_id, run_id)
  where status in ('queued', 'running', 'asking');

-- What an undo could not take back, or has asked a service for; the first of them, for people to look at.
create table public.undo_notes (
  undo_id uuid not null,
  record_id uuid not null,
  workspace_id uuid not null,
  outcome text not null check (outcome in ('kept', 'partly', 'asked', 'restored', 'gone')),
  -- [{field, code, reason, now}]
  cannot jsonb not null default '[]' check (jsonb_typeof(cannot) = 'array'),
  primary key (undo_id, record_id),
  foreign key (workspace_id, undo_id) references public.undo_runs (workspace_id, id) on delete cascade,
  foreign key (workspace_id, record_id) references public.records (workspace_id, id) on delete cascade
);

call private.protect('public.undo_runs', 'editor');
call private.protect('public.undo_notes');
-- A member asks for an undo in their own name and may stop it; doing it is the worker's.
revoke update, delete on public.undo_runs from hub_user;
grant update (status, finished_at, next_step_at) on public.undo_runs to hub_user;
create policy member_as_self on public.undo_runs as restrictive for insert to hub_user
  with check (requested_by = private.user_id() and status = 'queued');
create trigger touch_insert after insert on public.undo_runs referencing new table as fresh
  for each statement execute function private.touch_new();
create trigger touch_update after update on public.undo_runs referencing new table as fresh
  for each statement execute function private.touch_new();
