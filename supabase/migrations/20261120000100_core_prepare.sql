-- core: roles, the private schema, and the two functions every policy stands on.
--
-- Hosted Supabase runs this file as `postgres`, the embedded one as `patchbay_migrate`; both may
-- create roles and bypass row security, neither is a superuser. Nothing here is newer than
-- PostgreSQL 15, and nothing in `auth` or `realtime` is touched but policies on realtime.messages.

create schema if not exists private;
revoke all on schema private from public;

create extension if not exists pg_trgm with schema extensions;

-- Logins get their passwords from the operator (README, "Production"), never from a migration.
do $roles$
declare
  wanted text;
begin
  foreach wanted in array array['hub_user', 'patchbay_web', 'patchbay_worker'] loop
    if not exists (select 1 from pg_roles where rolname = wanted) then
      execute format('create role %I nologin noinherit', wanted);
    end if;
  end loop;
end
$roles$;

-- A route works as `hub_user` for the length of one transaction. No token can name this role: REST
-- and Realtime switch only to what `authenticator` was granted, and that is not this.
grant hub_user to patchbay_web;

grant usage on schema public to authenticated, hub_user, patchbay_web, patchbay_worker;
grant usage on schema private to authenticated, hub_user, patchbay_web, patchbay_worker;
grant usage on schema extensions to hub_user, patchbay_web, patchbay_worker;

-- Supabase hands every new table of `public` to its three API roles. Ours are granted one by one.
alter default privileges in schema public revoke all on tables from public, anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from public, anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from public, anon, authenticated, service_role;
alter default privileges revoke execute on functions from public;

create or replace function private.claims() returns jsonb
language sql stable set search_path = ''
as $$ select coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb $$;

create or replace function private.user_id() returns uuid
language sql stable set search_path = ''
as $$ select nullif(private.claims() ->> 'sub', '')::uuid $$;

create or replace function private.role_rank(role text) returns int
language sql immutable set search_path = ''
as $$ select case role when 'owner' then 4 when 'admin' then 3 when 'editor' then 2 when 'viewer' then 1 else 0 end $$;

-- The one way a tenant table is guarded. Members read; members of at least `write_role` write, and
-- only under hub_user; the worker serves every workspace. RLS is forced, so that even the owner of
-- the table obeys it unless the role bypasses row security by attribute.
create or replace procedure private.protect(target regclass, write_role text default null)
language plpgsql set search_path = ''
as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('revoke all on %s from public, anon, authenticated, service_role', target);
  execute format('grant select on %s to authenticated, hub_user', target);
  execute format('grant select, insert, update, delete on %s to patchbay_worker', target);
  execute format(
    'create policy member_read on %s for select to authenticated, hub_user
       using (workspace_id in (select private.my_workspaces(''viewer'')))', target);
  execute format(
    'create policy worker_all on %s for all to patchbay_worker using (true) with check (true)', target);
  if write_role is not null then
    execute format('grant insert, update, delete on %s to hub_user', target);
    execute format(
      'create policy member_insert on %s for insert to hub_user
         with check (workspace_id in (select private.my_workspaces(%L)))', target, write_role);
    execute format(
      'create policy member_update on %s for update to hub_user
         using (workspace_id in (select private.my_workspaces(%L)))
         with check (workspace_id in (select private.my_workspaces(%L)))', target, write_role, write_role);
    execute format(
      'create policy member_delete on %s for delete to hub_user
         using (workspace_id in (select private.my_workspaces(%L)))', target, write_role);
  end if;
end
$$;
