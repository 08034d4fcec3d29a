-- records: the hub's own copy of things, their links to objects at connections, and the change log.

create table public.records (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces on delete cascade,
  kind text not null check (kind in ('task', 'message', 'contact', 'event', 'payment', 'document')),
  data jsonb not null,
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  -- When the thing last changed in the world: the service's time for what came in, ours for an edit.
  -- Milliseconds, because page cursors carry it through JavaScript dates.
  updated_at timestamptz(3) not null default now(),
  deleted_at timestamptz,
  title text generated always as (left(data ->> 'title', 1024)) stored,
  -- What lists sort by. 200 characters of at most 4 bytes stay below the 2,704 bytes of an index row.
  title_key text not null generated always as (left(lower(coalesce(data ->> 'title', '')), 200)) stored,
  state text generated always as (data ->> 'state') stored,
  search tsvector generated always as (
    to_tsvector('simple', left(coalesce(data ->> 'title', '') || ' ' || coalesce(data ->> 'body', ''), 65536))
  ) stored,
  unique (workspace_id, id)
);
create index records_newest on public.records (workspace_id, kind, updated_at desc, id desc) where deleted_at is null;
create index records_by_title on public.records (workspace_id, kind, title_key, id) where deleted_at is null;
create index records_by_state on public.records (workspace_id, kind, state, updated_at desc, id desc) where deleted_at is null;
create index records_search on public.records using gin (search);
create index records_title_trgm on public.records using gin (title extensions.gin_trgm_ops);
create index records_sets on public.records using gin ((data -> 'labels'), (data -> 'assignees'));

-- Where reading stopped, per kind of thing and scope at a connection.
create table public.streams (
  id uuid primary key,
  workspace_id uuid not null,
  connection_id uuid not null,
  resource text not null check (char_length(resource) <= 40),
  kind text not null,
  name text not null check (char_length(name) <= 200),
  scope jsonb not null,
  scope_key text not null check (char_length(scope_key) <= 400),
  phase text not null default 'waiting' check (phase in ('waiting', 'backfill', 'live', 'paused', 'failed')),
  phase_detail text check (char_length(phase_detail) <= 1000),
  cursor jsonb not null default '{}',
  generation int not null default 1,
  -- How changes arrive; the reason for polling stands in phase_detail.
  delivery text not null default 'poll' check (delivery in ('webhook', 'poll')),
  -- Raised by whoever starts a poll; a page whose epoch is older is not applied.
  epoch bigint not null default 0,
  attempts int not null default 0,
  error jsonb,
  next_poll_at timestamptz,
  last_polled_at timestamptz,
  last_event_at timestamptz,
  last_changed_at timestamptz,
  created_at timestamptz not null default now(),
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade,
  unique (workspace_id, id),
  unique (connection_id, resource, scope_key)
);
create index streams_due on public.streams (next_poll_at) where next_poll_at is not null;

create table public.links (
  id uuid primary key,
  workspace_id uuid not null,
  record_id uuid not null,
  connection_id uuid not null,
  stream_id uuid not null,
  kind text not null,
  external_id text not null check (char_length(external_id) <= 200),
  -- How the provider's API addresses the object (GitHub: the issue's number).
  external_key text check (char_length(external_key) <= 200),
  url text check (char_length(url) <= 2000),
  -- Order of the provider's states of this object; a state that is not above it is stale.
  remote_rank bigint not null default 0,
  -- Canonical fields as last observed there. Dirtiness is derived from it, never stored as truth.
  base jsonb,
  raw jsonb,
  -- When that was written. A state whose reading began later is the newer one, whatever its rank.
  observed_at timestamptz not null default clock_timestamp(),
  held text[] not null default '{}',
  state text not null default 'synced' check (state in (
    'synced', 'dirty', 'pushing', 'refused', 'unknown', 'conflict', 'inaccessible', 'tombstone')),
  epoch bigint not null default 0,
  lease_until timestamptz,
  seen_generation int not null default 0,
  attempts int not null default 0,
  next_attempt_at timestamptz,
  -- A state of equal rank and other content was seen: the object is read again at this time, because
  -- the provider's clock cannot say which of the two is the newer.
  reread_at timestamptz,
  error jsonb,
  dirty_at timestamptz,
  pushed_at timestamptz,
  echoed_at timestamptz,
  created_at timestamptz not null default now(),
  foreign key (workspace_id, record_id) references public.records (workspace_id, id) on delete cascade,
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade,
  foreign key (workspace_id, stream_id) references public.streams (workspace_id, id) on delete cascade,
  unique (workspace_id, id),
  unique (connection_id, kind, external_id),
  unique (record_id, connection_id)
);
create index links_by_record on public.links (workspace_id, record_id);
create index links_by_stream on public.links (stream_id);
-- The outbox: a link that owes its service something. Content is derived from record and base.
create index links_due on public.links (next_attempt_at) where next_attempt_at is not null;

create table public.push_intents (
  id uuid primary key,
  workspace_id uuid not null,
  link_id uuid not null,
  record_id uuid not null,
  epoch bigint not null,
  patch jsonb not null,
  base jsonb not null,
  mutation_ids uuid[] not null default '{}',
  created_at timestamptz not null default now(),
  outcome text check (outcome in ('accepted', 'refused', 'unknown', 'superseded')),
  error jsonb,
  finished_at timestamptz,
  echoed_at timestamptz,
  foreign key (workspace_id, link_id) references public.links (workspace_id, id) on delete cascade,
  foreign key (workspace_id, record_id) references public.records (workspace_id, id) on delete cascade,
  unique (workspace_id, id)
);
-- At most one call is under way, or of unknown outcome, per link.
create unique index push_intents_one_open on public.push_intents (link_id)
  where outcome is null or outcome = 'unknown';
-- Accepted, and not yet seen to come back.
create index push_intents_unechoed on public.push_intents (link_id) where outcome = 'accepted' and echoed_at is null;
create index push_intents_by_record on public.push_intents (workspace_id, record_id, id desc);

create table public.conflicts (
  id uuid primary key,
  workspace_id uuid not null,
  record_id uuid not null,
  link_id uuid not null,
  field text not null check (char_length(field) <= 80),
  base jsonb,
  local jsonb,
  remote jsonb,
  remote_at timestamptz,
  policy text not null,
  status text not null check (status in ('open', 'automatic', 'resolved')),
  resolution jsonb,
  resolved_by uuid references public.users on delete set null,
  resolved_at timestamptz,
  created_at timestamptz not null default now(),
  foreign key (workspace_id, record_id) references public.records (workspace_id, id) on delete cascade,
  foreign key (workspace_id, link_id) references public.links (workspace_id, id) on delete cascade,
  unique (workspace_id, id)
);
create unique index conflicts_one_open on public.conflicts (link_id, field) where status = 'open';
create index conflicts_by_record on public.conflicts (workspace_id, record_id);
create index conflicts_newest on public.conflicts (workspace_id, id desc);

create table public.change_log (
  id bigint generated always as identity primary key,
  workspace_id uuid not null,
  -- Given at commit (below). Unique and without gaps per workspace, in the order of commits.
  position bigint,
  record_id uuid not null,
  kind text not null,
  version bigint not null,
  op text not null check (op in ('create', 'update', 'delete', 'restore')),
  origin text not null check (origin in ('user', 'connection', 'hub')),
  actor_id uuid,
  connection_id uuid,
  run_id uuid,
  inbox_event_id uuid,
  mutation_id uuid,
  fields text[] not null default '{}',
  -- {field: [before, after]}
  diff jsonb not null default '{}',
  at timestamptz not null default now(),
  xid xid8 not null default pg_current_xact_id(),
  foreign key (workspace_id, record_id) references public.records (workspace_id, id) on delete cascade,
  unique (workspace_id, position)
);
create index change_log_unnumbered on public.change_log (xid) where position is null;
create index change_log_by_record on public.change_log (workspace_id, record_id, version desc);
create unique index change_log_by_mutation on public.change_log (workspace_id, mutation_id, record_id) where mutation_id is not null;

-- The counter row of a workspace: positions, and the epoch in the name of its realtime topic.
create table private.workspace_clocks (
  workspace_id uuid primary key references public.workspaces on delete cascade,
  position bigint not null default 0,
  epoch int not null default 1,
  signalled_at timestamptz not null default '-infinity'
);

create or replace function private.start_clock() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.workspace_clocks (workspace_id) values (new.id);
  return null;
end
$$;
create trigger start_clock after insert on public.workspaces
  for each row execute function private.start_clock();

call private.protect('public.records', 'editor');
call private.protect('public.streams', 'editor');
call private.protect('public.links', 'editor');
call private.protect('public.push_intents');
call private.protect('public.conflicts', 'editor');
call private.protect('public.change_log', 'editor');
-- A member edits fields, resolves and pauses; making and ending records and links is the worker's.
revoke insert, update, delete on public.records, public.links, public.conflicts from hub_user;
grant update (data, version, updated_at) on public.records to hub_user;
grant update (held, state, attempts, next_attempt_at, error, dirty_at) on public.links to hub_user;
grant update (status, resolution, resolved_by, resolved_at) on public.conflicts to hub_user;
revoke update, delete on public.streams from hub_user;
grant update (phase, phase_detail, next_poll_at) on public.streams to hub_user;
-- History is written once, and a member writes it in their own name only.
revoke update, delete on public.change_log from hub_user, patchbay_worker;
create policy member_as_self on public.change_log as restrictive for insert to hub_user
  with check (origin = 'user' and actor_id = private.user_id());
alter table private.workspace_clocks enable row level security;
create policy member_read on private.workspace_clocks for select to hub_user
  using (workspace_id in (select private.my_workspaces('viewer')));
create policy server_read on private.workspace_clocks for select to patchbay_web, patchbay_worker using (true);
grant select on private.workspace_clocks to hub_user, patchbay_web, patchbay_worker;

-- The ids of the newest records that match words, a label or an assignee, at most `at_most`.
-- A definer function, because under row security PostgreSQL may not use an index for an operator
-- that is not leakproof (@@, ~~*, ?), and would read every record of the workspace instead. It
-- asks for membership itself. The statement is built so that each combination gets its own plan.
create or replace function private.match_records(
  target uuid, of_kind text, words text, label text, assignee text, at_most int
) returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  conditions text := '';
begin
  if not exists (select 1 from private.my_workspaces('viewer') w where w = target) then
    return;
  end if;
  if words is not null then
    conditions := conditions || ' and (r.search @@ websearch_to_tsquery(''simple'', $3)
      or r.title ilike ''%'' || replace(replace(replace($3, ''\'', ''\\''), ''%'', ''\%''), ''_'', ''\_'') || ''%'')';
  end if;
  if label is not null then
    conditions := conditions || ' and (r.data -> ''labels'') ? $4';
  end if;
  if assignee is not null then
    conditions := conditions || ' and (r.data -> ''assignees'') ? $5';
  end if;
  return query execute
    'select r.id from public.records r
     where r.workspace_id = $1 and r.kind = $2 and r.deleted_at is null' || conditions || '
     order by r.updated_at desc, r.id desc limit $6'
    using target, of_kind, words, label, assignee, at_most;
end
$$;
grant execute on function private.match_records(uuid, text, text, text, text, int) to hub_user;
