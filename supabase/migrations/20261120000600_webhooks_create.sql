-- webhooks: the addresses services post to, and the inbox of what they posted.

create table public.webhook_endpoints (
  id uuid primary key,
  workspace_id uuid not null,
  connection_id uuid not null,
  connector text not null,
  -- The registration at the provider: desired state and what was found.
  remote_id text,
  scope_key text not null,
  -- What the connector needs to find the registration again, e.g. to remove it.
  scope jsonb not null default '{}',
  -- The address the service was given; another one is registered when ours changes.
  url text check (char_length(url) <= 2000),
  status text not null default 'pending' check (status in ('pending', 'active', 'failed', 'removed')),
  detail text check (char_length(detail) <= 1000),
  last_received_at timestamptz,
  created_at timestamptz not null default now(),
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade,
  unique (workspace_id, id),
  unique (connection_id, scope_key)
);

-- Sealed to the gateway's key. The previous one stays valid while a rotation is under way.
create table private.webhook_secrets (
  endpoint_id uuid primary key,
  workspace_id uuid not null,
  envelope bytea not null,
  previous_envelope bytea,
  key_id text not null,
  updated_at timestamptz not null default now(),
  foreign key (workspace_id, endpoint_id) references public.webhook_endpoints (workspace_id, id) on delete cascade
);

create table public.inbox_events (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces on delete cascade,
  connection_id uuid not null,
  endpoint_id uuid not null,
  connector text not null,
  event text not null check (char_length(event) <= 255),
  delivery_id text not null check (char_length(delivery_id) <= 255),
  headers jsonb not null,
  body bytea not null,
  verdict text not null check (verdict in ('verified', 'verified_previous_secret')),
  received_at timestamptz not null default now(),
  status text not null default 'pending' check (status in ('pending', 'queued', 'applied', 'ignored', 'failed', 'dead')),
  attempts int not null default 0,
  -- The last attempts, newest first: [{at, ms, outcome, code?, message?}], at most 20.
  attempt_log jsonb not null default '[]',
  next_attempt_at timestamptz default now(),
  outcome text check (char_length(outcome) <= 400),
  record_id uuid,
  processed_at timestamptz,
  replayed_at timestamptz,
  unique (workspace_id, id)
);
create index inbox_events_newest on public.inbox_events (workspace_id, id desc);
create index inbox_events_due on public.inbox_events (next_attempt_at) where status in ('pending', 'queued', 'failed');

-- Kept longer than the events themselves, so that a late duplicate is still one. The key is the
-- delivery's id and the hash of its body: a redelivery has both, while another body under a known
-- id is a delivery of its own, because it was signed and dropping it could lose a change.
create table private.dedupe_keys (
  endpoint_id uuid not null,
  key text not null check (char_length(key) <= 320),
  event_id uuid not null,
  seen_at timestamptz not null default now(),
  primary key (endpoint_id, key)
);

-- Refused requests leave nothing but a count.
create table public.webhook_refusals (
  workspace_id uuid not null,
  endpoint_id uuid not null,
  reason text not null check (char_length(reason) <= 80),
  day date not null default current_date,
  count bigint not null default 0,
  last_at timestamptz not null default now(),
  primary key (endpoint_id, reason, day),
  foreign key (workspace_id, endpoint_id) references public.webhook_endpoints (workspace_id, id) on delete cascade
);

call private.protect('public.webhook_endpoints');
create policy web_read on public.webhook_endpoints for select to patchbay_web using (true);
create policy web_touch on public.webhook_endpoints for update to patchbay_web using (true) with check (true);
grant select, update (last_received_at) on public.webhook_endpoints to patchbay_web;

call private.protect('public.inbox_events', 'editor');
revoke insert, delete on public.inbox_events from hub_user;
revoke update on public.inbox_events from hub_user;
grant update (status, next_attempt_at, replayed_at, attempts) on public.inbox_events to hub_user;
create policy web_insert on public.inbox_events for insert to patchbay_web with check (true);
grant insert on public.inbox_events to patchbay_web;

call private.protect('public.webhook_refusals');
create policy web_all on public.webhook_refusals for all to patchbay_web using (true) with check (true);
grant select, insert, update on public.webhook_refusals to patchbay_web;

alter table private.webhook_secrets enable row level security;
alter table private.webhook_secrets force row level security;
create policy web_read on private.webhook_secrets for select to patchbay_web using (true);
create policy worker_put on private.webhook_secrets for all to patchbay_worker using (true) with check (true);
grant select on private.webhook_secrets to patchbay_web;
grant select, insert, update, delete on private.webhook_secrets to patchbay_worker;

grant select, insert on private.dedupe_keys to patchbay_web;
grant select, delete on private.dedupe_keys to patchbay_worker;
