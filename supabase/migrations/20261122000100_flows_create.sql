-- flows: streams that are kept the same, joined through records.

create table public.flows (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces on delete cascade,
  name text not null check (char_length(name) between 1 and 120),
  kind text not null check (kind in ('task', 'message', 'contact', 'event', 'payment', 'document')),
  -- draft: nothing is joined yet. live: what is new at one side is made at the others. paused: nothing
  -- crosses; what is joined stays joined.
  status text not null default 'draft' check (status in ('draft', 'live', 'paused')),
  -- Two objects are the same thing at the first match when all of these canonical fields are equal.
  match_fields text[] not null default '{title}' check (cardinality(match_fields) <= 5),
  -- Whose value stands where two matched objects differ: the first side's, or a person is asked.
  on_difference text not null default 'ask' check (on_difference in ('first_side', 'ask')),
  -- Raised by every change of sides, rules or matching: a plan made of another version is void.
  version int not null default 1,
  created_by uuid references public.users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id)
);
create index flows_of_workspace on public.flows (workspace_id, id);

create table public.flow_sides (
  -- Its own key: a stream belongs to at most one flow.
  stream_id uuid primary key,
  workspace_id uuid not null,
  flow_id uuid not null,
  position smallint not null check (position between 0 and 2),
  -- What the other sides have and this one has not is made here.
  creates boolean not null default true,
  foreign key (workspace_id, flow_id) references public.flows (workspace_id, id) on delete cascade,
  foreign key (workspace_id, stream_id) references public.streams (workspace_id, id) on delete cascade,
  unique (flow_id, position)
);

-- What stands where at one service, in which direction it travels, and who wins: an array of rules as
-- lib/sync/schema.ts describes them. A field without a rule has its own name there, travels both ways,
-- and follows its kind.
create table public.stream_rules (
  stream_id uuid primary key,
  workspace_id uuid not null,
  version int not null default 1,
  rules jsonb not null default '[]' check (jsonb_typeof(rules) = 'array'),
  updated_by uuid references public.users on delete set null,
  updated_at timestamptz not null default now(),
  foreign key (workspace_id, stream_id) references public.streams (workspace_id, id) on delete cascade
);

-- An object owed to a service that has none for a record yet. One per record and stream, for good: it
-- is how a creation is never begun twice.
create table public.creations (
  id uuid primary key,
  workspace_id uuid not null,
  record_id uuid not null,
  connection_id uuid not null,
  stream_id uuid not null,
  state text not null default 'owed'
    check (state in ('owed', 'sending', 'unknown', 'done', 'refused', 'cancelled')),
  -- The fields as they were sent, in the service's terms; null until a call was about to be made.
  sent jsonb,
  sent_at timestamptz,
  link_id uuid,
  epoch bigint not null default 0,
  lease_until timestamptz,
  attempts int not null default 0,
  next_attempt_at timestamptz default now(),
  error jsonb,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  foreign key (workspace_id, record_id) references public.records (workspace_id, id) on delete cascade,
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade,
  foreign key (workspace_id, stream_id) references public.streams (workspace_id, id) on delete cascade,
  unique (workspace_id, id),
  unique (record_id, stream_id)
);
create index creations_due on public.creations (next_attempt_at) where next_attempt_at is not null;
create index creations_under_way on public.creations (stream_id) where state in ('sending', 'unknown');

-- A record that became part of another: whoever still speaks of the old id is understood.
create table public.record_aliases (
  old_record_id uuid primary key,
  workspace_id uuid not null,
  record_id uuid not null,
  created_at timestamptz not null default now(),
  foreign key (workspace_id, record_id) references public.records (workspace_id, id) on delete cascade
);
create index record_aliases_of_record on public.record_aliases (workspace_id, record_id);

call private.protect('public.flows', 'editor');
call private.protect('public.flow_sides', 'editor');
call private.protect('public.stream_rules', 'editor');
call private.protect('public.creations', 'editor');
call private.protect('public.record_aliases');
-- A member has what was refused tried again, or lets it be; making is the worker's.
revoke insert, update, delete on public.creations from hub_user;
grant update (state, next_attempt_at, attempts, finished_at) on public.creations to hub_user;
