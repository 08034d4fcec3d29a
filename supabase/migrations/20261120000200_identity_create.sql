-- identity: who somebody is, which workspaces they belong to, and what was done.

create table public.users (
  id uuid primary key,
  email text not null check (email = lower(email) and char_length(email) <= 320),
  email_verified_at timestamptz,
  name text check (char_length(name) <= 200),
  image text check (char_length(image) <= 2000),
  created_at timestamptz not null default now(),
  unique (email)
);

-- One row, taken by the first user ever: the owner of this instance.
create table private.instance (
  only_row boolean primary key default true check (only_row),
  owner_id uuid not null references public.users,
  created_at timestamptz not null default now()
);

-- A person's account at a sign-in provider. No token is kept: sign-in needs none afterwards.
create table private.accounts (
  provider text not null,
  provider_account_id text not null,
  user_id uuid not null references public.users on delete cascade,
  created_at timestamptz not null default now(),
  primary key (provider, provider_account_id)
);
create index accounts_by_user on private.accounts (user_id);

-- The cookie's token is never stored, only its SHA-256.
create table private.sessions (
  id uuid primary key,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  user_id uuid not null references public.users on delete cascade,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  user_agent text check (char_length(user_agent) <= 400),
  address text check (char_length(address) <= 64)
);
create index sessions_by_user on private.sessions (user_id);
create index sessions_by_expiry on private.sessions (expires_at);

create table public.workspaces (
  id uuid primary key,
  name text not null check (char_length(name) between 1 and 80),
  slug text not null unique check (slug ~ '^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$'),
  created_by uuid references public.users on delete set null,
  created_at timestamptz not null default now()
);

create table public.members (
  workspace_id uuid not null references public.workspaces on delete cascade,
  user_id uuid not null references public.users on delete cascade,
  role text not null check (role in ('owner', 'admin', 'editor', 'viewer')),
  created_at timestamptz not null default now(),
  primary key (workspace_id, user_id)
);
create index members_by_user on public.members (user_id);

create table public.invitations (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces on delete cascade,
  email text not null check (email = lower(email) and char_length(email) <= 320),
  role text not null check (role in ('admin', 'editor', 'viewer')),
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  invited_by uuid references public.users on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid references public.users on delete set null,
  unique (workspace_id, id)
);

create table public.audit_log (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces on delete cascade,
  actor_id uuid references public.users on delete set null,
  action text not null check (char_length(action) <= 80),
  subject text check (char_length(subject) <= 200),
  details jsonb not null default '{}',
  at timestamptz not null default now(),
  unique (workspace_id, id)
);
create index audit_log_newest on public.audit_log (workspace_id, id desc);

-- The workspaces in which the bearer of the present claims has at least `least_role` as role. A claim
-- counts only while its session lives, so a revoked session reads nothing from that moment on.
create or replace function private.my_workspaces(least_role text default 'viewer') returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select m.workspace_id
  from public.members m
  where m.user_id = private.user_id()
    and private.role_rank(m.role) >= private.role_rank(least_role)
    and exists (
      select 1 from private.sessions s
      where s.id = nullif(private.claims() ->> 'session_id', '')::uuid
        and s.user_id = m.user_id
        and s.expires_at > now()
    )
$$;

-- Those the bearer shares a workspace with, and the bearer.
create or replace function private.my_people() returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select m.user_id from public.members m where m.workspace_id in (select private.my_workspaces('viewer'))
  union
  select s.user_id from private.sessions s
  where s.id = nullif(private.claims() ->> 'session_id', '')::uuid
    and s.user_id = private.user_id() and s.expires_at > now()
$$;

grant execute on function private.claims(), private.user_id(), private.role_rank(text),
  private.my_workspaces(text), private.my_people() to authenticated, hub_user, patchbay_web, patchbay_worker;

-- A workspace never loses its last owner (unless it is deleted itself). Two owners who leave at the
-- same moment are put one behind the other by the workspace's row: locked so that foreign keys do not
-- wait for it, and in a statement of its own, so that the question after it sees what the other did.
create or replace function private.keep_an_owner() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if old.role <> 'owner' then
    return null;
  end if;
  perform 1 from public.workspaces w where w.id = old.workspace_id for no key update;
  if found and not exists (
    select 1 from public.members m where m.workspace_id = old.workspace_id and m.role = 'owner'
  ) then
    raise exception 'a workspace needs at least one owner' using errcode = 'PB001';
  end if;
  return null;
end
$$;
create trigger keep_an_owner after update or delete on public.members
  for each row execute function private.keep_an_owner();

-- Nobody hands out a role above their own: only an owner makes, changes or removes an owner.
create or replace function private.guard_owner_role() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  target uuid := coalesce(new.workspace_id, old.workspace_id);
begin
  if current_setting('role', true) = 'hub_user'
     and (coalesce(new.role, '') = 'owner' or coalesce(old.role, '') = 'owner')
     and not exists (select 1 from private.my_workspaces('owner') w where w = target) then
    raise exception 'only an owner may change an owner' using errcode = '42501';
  end if;
  return coalesce(new, old);
end
$$;
create trigger guard_owner_role before insert or update or delete on public.members
  for each row execute function private.guard_owner_role();

alter table public.users enable row level security;
alter table public.users force row level security;
create policy people_read on public.users for select to authenticated, hub_user
  using (id in (select private.my_people()));
create policy web_all on public.users for all to patchbay_web using (true) with check (true);
create policy worker_read on public.users for select to patchbay_worker using (true);
grant select on public.users to authenticated, hub_user, patchbay_worker;
grant select, insert, update on public.users to patchbay_web;

alter table public.workspaces enable row level security;
alter table public.workspaces force row level security;
create policy member_read on public.workspaces for select to authenticated, hub_user
  using (id in (select private.my_workspaces('viewer')));
create policy admin_update on public.workspaces for update to hub_user
  using (id in (select private.my_workspaces('admin'))) with check (id in (select private.my_workspaces('admin')));
create policy web_all on public.workspaces for all to patchbay_web using (true) with check (true);
create policy worker_read on public.workspaces for select to patchbay_worker using (true);
grant select on public.workspaces to authenticated, hub_user, patchbay_worker;
grant update (name) on public.workspaces to hub_user;
grant select, insert on public.workspaces to patchbay_web;

call private.protect('public.members', 'admin');
create policy leave on public.members for delete to hub_user
  using (user_id = private.user_id() and workspace_id in (select private.my_workspaces('viewer')));
create policy web_all on public.members for all to patchbay_web using (true) with check (true);
grant select, insert on public.members to patchbay_web;

call private.protect('public.invitations', 'admin');
revoke select on public.invitations from authenticated;
grant select (id, workspace_id, email, role, invited_by, created_at, expires_at, accepted_at, accepted_by)
  on public.invitations to authenticated;
create policy web_all on public.invitations for all to patchbay_web using (true) with check (true);
grant select, update on public.invitations to patchbay_web;

call private.protect('public.audit_log', 'viewer');
revoke update, delete on public.audit_log from hub_user, patchbay_worker;
create policy web_insert on public.audit_log for insert to patchbay_web with check (true);
grant insert on public.audit_log to patchbay_web;

-- Not tenant tables: only the web process (and the sign-in adapter in it) enters them.
grant select, insert on private.instance to patchbay_web;
grant select, insert, delete on private.accounts to patchbay_web;
grant select, insert, update, delete on private.sessions to patchbay_web;
