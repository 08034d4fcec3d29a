-- sync: runs (one backfill, poll or reconciliation of a stream).

create table public.runs (
  id uuid primary key,
  workspace_id uuid not null,
  connection_id uuid not null,
  stream_id uuid not null,
  kind text not null check (kind in ('backfill', 'poll', 'reconcile')),
  status text not null default 'queued' check (status in ('queued', 'running', 'paused', 'completed', 'failed', 'cancelled')),
  checkpoint jsonb not null default '{}',
  done int not null default 0,
  total int,
  created int not null default 0,
  updated int not null default 0,
  unchanged int not null default 0,
  calls int not null default 0,
  attempts int not null default 0,
  next_attempt_at timestamptz,
  epoch bigint not null default 0,
  lease_until timestamptz,
  error jsonb,
  requested_by uuid references public.users on delete set null,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  updated_at timestamptz not null default now(),
  finished_at timestamptz,
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade,
  foreign key (workspace_id, stream_id) references public.streams (workspace_id, id) on delete cascade,
  unique (workspace_id, id)
);
create unique index runs_one_active on public.runs (stream_id) where status in ('queued', 'running', 'paused');
create index runs_due on public.runs (next_attempt_at) where status in ('queued', 'running');
create index runs_newest on public.runs (workspace_id, connection_id, id desc);
create index runs_of_stream on public.runs (stream_id, id desc);

call private.protect('public.runs', 'editor');
revoke update, delete on public.runs from hub_user;
grant update (status, next_attempt_at, attempts, epoch, lease_until, error, updated_at, finished_at) on public.runs to hub_user;
