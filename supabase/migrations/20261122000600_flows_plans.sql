-- flows: the plan of a flow's first match. What enabling will do stands here row by row, with what
-- each row was decided on; enabling carries out these rows and nothing else.

create table public.flow_plans (
  id uuid primary key,
  workspace_id uuid not null,
  flow_id uuid not null,
  -- The flow as it was: a plan of another version is void.
  flow_version int not null,
  status text not null default 'queued' check (status in
    ('queued', 'making', 'ready', 'enabling', 'done', 'cancelled', 'failed', 'void')),
  joins int not null default 0,
  creates int not null default 0,
  updates int not null default 0,
  conflicts int not null default 0,
  reviews int not null default 0,
  -- {stream_id: calls}, until the estimate is made of it.
  calls jsonb not null default '{}',
  estimate jsonb,
  -- Of what is under way: records looked at, then rows carried out.
  done int not null default 0,
  total int,
  skipped int not null default 0,
  failed int not null default 0,
  checkpoint jsonb not null default '{}',
  error jsonb,
  requested_by uuid references public.users on delete set null,
  enabled_by uuid references public.users on delete set null,
  epoch bigint not null default 0,
  lease_until timestamptz,
  attempts int not null default 0,
  next_attempt_at timestamptz default now(),
  created_at timestamptz not null default now(),
  enabled_at timestamptz,
  finished_at timestamptz,
  foreign key (workspace_id, flow_id) references public.flows (workspace_id, id) on delete cascade,
  unique (workspace_id, id)
);
create unique index flow_plans_one_open on public.flow_plans (flow_id)
  where status in ('queued', 'making', 'ready', 'enabling');
create index flow_plans_due on public.flow_plans (workspace_id, next_attempt_at)
  where status in ('queued', 'making', 'enabling');
create index flow_plans_of_flow on public.flow_plans (flow_id, id desc);

create table public.flow_plan_rows (
  plan_id uuid not null,
  ordinal int not null,
  workspace_id uuid not null,
  action text not null check (action in ('join', 'create', 'review')),
  status text not null default 'planned'
    check (status in ('planned', 'done', 'skipped', 'failed', 'rejected')),
  reason text check (char_length(reason) <= 500),
  record_id uuid not null,
  title text not null check (char_length(title) <= 300),
  others jsonb not null default '[]',
  targets uuid[] not null default '{}',
  differences jsonb not null default '[]',
  -- What it was decided on: records with their versions, and their links with what was seen there.
  inputs jsonb not null default '[]',
  -- Of a row in review: what a person said. Without a choice the record is somebody's or nobody's.
  is_chosen boolean not null default false,
  choice uuid,
  chosen_by uuid references public.users on delete set null,
  finished_at timestamptz,
  primary key (plan_id, ordinal),
  foreign key (workspace_id, plan_id) references public.flow_plans (workspace_id, id) on delete cascade
);
create index flow_plan_rows_by_action on public.flow_plan_rows (plan_id, action, ordinal);
create index flow_plan_rows_by_status on public.flow_plan_rows (plan_id, status, ordinal);
create index flow_plan_rows_of_record on public.flow_plan_rows (plan_id, record_id);
create index flow_plan_rows_by_choice on public.flow_plan_rows (plan_id, choice) where choice is not null;

-- The records a plan looked at, each once: what they are matched by, and at which sides they are.
create table private.flow_plan_members (
  plan_id uuid not null,
  record_id uuid not null,
  workspace_id uuid not null,
  -- Empty: nothing to be matched by.
  match_key text not null collate "C",
  -- Bits by the position of a side: it lives there; its place there is taken, though it be elsewhere
  -- in the account or gone.
  lives smallint not null,
  taken smallint not null,
  version bigint not null,
  -- First seen after the plan was made: what is like it cannot be decided without it.
  is_late boolean not null default false,
  primary key (plan_id, record_id),
  foreign key (workspace_id, plan_id) references public.flow_plans (workspace_id, id) on delete cascade
);
create index flow_plan_members_by_key on private.flow_plan_members (plan_id, match_key, record_id);
create index flow_plan_members_late on private.flow_plan_members (plan_id, match_key) where is_late;

call private.protect('public.flow_plans', 'editor');
call private.protect('public.flow_plan_rows', 'editor');
-- A member orders, enables, cancels and chooses; what a plan holds is the worker's to say.
revoke insert, update, delete on public.flow_plans, public.flow_plan_rows from hub_user;
grant insert (id, workspace_id, flow_id, flow_version, requested_by) on public.flow_plans to hub_user;
grant update (status, epoch, lease_until, attempts, next_attempt_at, done, total, error, checkpoint, enabled_by,
  enabled_at, finished_at) on public.flow_plans to hub_user;
grant update (is_chosen, choice, chosen_by) on public.flow_plan_rows to hub_user;

alter table private.flow_plan_members enable row level security;
alter table private.flow_plan_members force row level security;
create policy worker_all on private.flow_plan_members for all to patchbay_worker using (true) with check (true);
grant select, insert, update, delete on private.flow_plan_members to patchbay_worker;

-- A flow that is another by now: no plan of the former one is carried out, nor carried on.
create or replace function private.void_flow_plans() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.flow_plans set status = 'void', epoch = epoch + 1, lease_until = null, next_attempt_at = null,
    finished_at = now()
  where workspace_id = new.workspace_id and flow_id = new.id and flow_version <> new.version
    and status in ('queued', 'making', 'ready', 'enabling');
  return null;
end
$$;
create trigger void_plans after update of version on public.flows
  for each row when (new.version <> old.version) execute function private.void_flow_plans();

-- The records of a stream in the order of their ids; the stream alone is its beginning.
create index links_of_stream on public.links (stream_id, record_id);
drop index public.links_by_stream;
