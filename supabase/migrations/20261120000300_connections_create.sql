-- connections: a workspace's authorised accounts, and the sealed secrets that belong to them.
--
-- Two classes of secret, each readable by one process only. Credentials and client secrets are
-- sealed to the worker's key, webhook secrets to the gateway's. The web process may put a sealed
-- value in and has no right to read one back.

create table public.apps (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces on delete cascade,
  connector text not null check (connector ~ '^[a-z][a-z0-9_]{0,39}$'),
  client_id text not null check (char_length(client_id) between 1 and 400),
  endpoints jsonb not null default '{}',
  is_preset boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  unique (workspace_id, connector)
);

create table private.app_secrets (
  app_id uuid primary key,
  workspace_id uuid not null,
  envelope bytea not null,
  key_id text not null,
  updated_at timestamptz not null default now(),
  foreign key (workspace_id, app_id) references public.apps (workspace_id, id) on delete cascade
);

create table public.connections (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces on delete cascade,
  connector text not null check (connector ~ '^[a-z][a-z0-9_]{0,39}$'),
  app_id uuid,
  account_id text not null check (char_length(account_id) <= 200),
  account_name text not null check (char_length(account_name) <= 200),
  account_url text check (char_length(account_url) <= 2000),
  endpoints jsonb not null default '{}',
  status text not null check (status in ('active', 'needs_reauth', 'paused', 'disconnecting', 'disconnected')),
  status_code text,
  status_detail text check (char_length(status_detail) <= 1000),
  status_at timestamptz not null default now(),
  scopes_asked text[] not null default '{}',
  scopes_granted text[] not null default '{}',
  expires_at timestamptz,
  refreshed_at timestamptz,
  checked_at timestamptz,
  delivery text not null default 'poll' check (delivery in ('webhook', 'poll')),
  receipt jsonb,
  created_by uuid references public.users on delete set null,
  created_at timestamptz not null default now(),
  foreign key (workspace_id, app_id) references public.apps (workspace_id, id),
  unique (workspace_id, id)
);
create unique index connections_one_per_account on public.connections (workspace_id, connector, account_id)
  where status <> 'disconnected';

create table private.credentials (
  connection_id uuid primary key,
  workspace_id uuid not null,
  envelope bytea not null,
  key_id text not null,
  -- Raised with every new content; who refreshes writes back only over the version it read.
  version bigint not null default 1,
  can_refresh boolean not null default false,
  -- The right to refresh: held until lease_until, told apart by its epoch. Found expired, its holder
  -- died in the middle of a refresh.
  lease_epoch bigint not null default 0,
  lease_until timestamptz,
  -- After a fault of the service: how often, and not before.
  refresh_attempts int not null default 0,
  retry_at timestamptz,
  updated_at timestamptz not null default now(),
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade
);

-- What happened to a connection, for its page: refreshes, faults of the service and how they ended.
create table public.connection_log (
  id uuid primary key,
  workspace_id uuid not null,
  connection_id uuid not null,
  run_id uuid,
  level text not null check (level in ('info', 'warning', 'error')),
  code text not null check (char_length(code) <= 80),
  message text not null check (char_length(message) <= 1000),
  details jsonb not null default '{}',
  at timestamptz not null default now(),
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade,
  unique (workspace_id, id)
);
create index connection_log_newest on public.connection_log (workspace_id, connection_id, id desc);

-- One authorisation under way. The state itself is never stored, only its SHA-256; the PKCE
-- verifier is sealed to the worker, which alone exchanges codes.
create table private.oauth_states (
  state_hash bytea primary key check (octet_length(state_hash) = 32),
  workspace_id uuid not null references public.workspaces on delete cascade,
  session_id uuid not null,
  user_id uuid not null references public.users on delete cascade,
  connector text not null,
  app_id uuid not null,
  connection_id uuid,
  redirect_uri text not null,
  return_to text not null,
  scopes text[] not null,
  -- What the provider may call itself in the answer's iss (RFC 9207).
  issuers text[] not null,
  verifier bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  consumed_at timestamptz,
  foreign key (workspace_id, app_id) references public.apps (workspace_id, id) on delete cascade,
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade
);
create index oauth_states_by_expiry on private.oauth_states (expires_at);

-- A request to the worker that somebody waits for, matched by correlation id (the row's id).
create table private.commands (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces on delete cascade,
  kind text not null check (kind ~ '^[a-z]+\.[a-z_]+$'),
  payload jsonb not null default '{}',
  sealed bytea,
  requested_by uuid references public.users on delete set null,
  status text not null default 'pending' check (status in ('pending', 'queued', 'running', 'done', 'failed')),
  reply jsonb,
  error jsonb,
  attempts int not null default 0,
  -- How far it got, so that a second try does not repeat what must happen once.
  progress jsonb,
  epoch bigint not null default 0,
  lease_until timestamptz,
  created_at timestamptz not null default now(),
  deadline_at timestamptz not null,
  finished_at timestamptz
);
create index commands_due on private.commands (created_at) where status in ('pending', 'queued', 'running');
create index commands_finished on private.commands (finished_at) where finished_at is not null;

call private.protect('public.apps', 'admin');
call private.protect('public.connections', 'admin');
revoke insert, delete on public.connections from hub_user;
call private.protect('public.connection_log');

alter table private.app_secrets enable row level security;
alter table private.app_secrets force row level security;
create policy admin_put on private.app_secrets for insert to hub_user
  with check (workspace_id in (select private.my_workspaces('admin')));
create policy worker_all on private.app_secrets for all to patchbay_worker using (true) with check (true);
grant insert on private.app_secrets to hub_user;
grant select, insert, update, delete on private.app_secrets to patchbay_worker;

alter table private.credentials enable row level security;
alter table private.credentials force row level security;
create policy worker_all on private.credentials for all to patchbay_worker using (true) with check (true);
grant select, insert, update, delete on private.credentials to patchbay_worker;

grant select, insert, update, delete on private.oauth_states to patchbay_web;
grant select, delete on private.oauth_states to patchbay_worker;
grant select, insert on private.commands to patchbay_web;
grant select, update, delete on private.commands to patchbay_worker;

-- A changed client secret replaces the old one. An upsert would need the right to read the row, so
-- the old one is removed by a definer function that checks the same role.
create or replace function private.drop_app_secret(target uuid) returns void
language sql security definer set search_path = ''
as $$
  delete from private.app_secrets s
  where s.app_id = target and s.workspace_id in (select private.my_workspaces('admin'))
$$;
grant execute on function private.drop_app_secret(uuid) to hub_user;

-- A new workspace gets the apps that come with the installation (the sandbox's) before its owner has
-- a session, so the web login itself may write presets, and nothing but presets.
create policy web_preset on public.apps for all to patchbay_web using (is_preset) with check (is_preset);
grant select, insert, update on public.apps to patchbay_web;
create policy web_preset on private.app_secrets for insert to patchbay_web
  with check (exists (select 1 from public.apps a where a.id = app_id and a.is_preset));
grant insert on private.app_secrets to patchbay_web;
grant execute on function private.drop_app_secret(uuid) to patchbay_web;
