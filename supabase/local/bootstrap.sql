-- What a hosted Supabase brings along and our migrations build on: roles, auth, realtime, extensions.
-- Run by the superuser at every start of the embedded PostgreSQL, before the migrations; it changes
-- nothing that is already as it should be. Hosted Supabase never sees this file.

-- Roles. The three that tokens may name, and the two that serve them.
do $roles$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      ('anon', 'nologin noinherit'),
      ('authenticated', 'nologin noinherit'),
      ('service_role', 'nologin noinherit bypassrls'),
      ('supabase_realtime_admin', 'nologin noinherit'),
      -- REST logs in as this and can become anon or authenticated, nothing else.
      ('authenticator', 'login inherit nosuperuser nocreatedb nocreaterole nobypassrls'),
      -- Realtime logs in as this: reads and prunes messages, becomes authenticated to ask the policies.
      ('patchbay_realtime', 'login noinherit nosuperuser nocreatedb nocreaterole nobypassrls'),
      -- As `postgres` on hosted Supabase: makes roles, owns what migrations make, is no superuser.
      ('patchbay_migrate', 'login inherit createrole bypassrls nosuperuser nocreatedb'),
      ('patchbay_web', 'login noinherit nosuperuser nocreatedb nocreaterole nobypassrls'),
      ('patchbay_worker', 'login noinherit nosuperuser nocreatedb nocreaterole nobypassrls')
    ) as roles (name, attributes)
  loop
    if exists (select 1 from pg_catalog.pg_roles where rolname = wanted.name) then
      execute format('alter role %I %s', wanted.name, wanted.attributes);
    else
      execute format('create role %I %s', wanted.name, wanted.attributes);
    end if;
  end loop;
end
$roles$;

-- Inheriting lets the REST server see in the catalogue which tables there are; rows it still gets only
-- by the policies, which ask the claims.
grant anon, authenticated to authenticator;
grant authenticated to patchbay_realtime;
grant supabase_realtime_admin to patchbay_migrate;
-- Hosted, the migrating role has made these two itself and may therefore alter them.
grant patchbay_web, patchbay_worker to patchbay_migrate with admin option;
-- Hosted Supabase ends what a browser asks for after 8 seconds, too.
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role patchbay_realtime set statement_timeout = '8s';

do $database$
begin
  execute format('grant create, connect, temporary on database %I to patchbay_migrate', current_database());
  execute format('revoke temporary on database %I from public', current_database());
end
$database$;

-- public belongs to whoever migrates. Until the first migration has run, new objects in it are open
-- to the API roles, as on hosted Supabase: our migrations must take that away themselves.
alter schema public owner to patchbay_migrate;
grant usage on schema public to anon, authenticated, service_role;
do $defaults$
begin
  if to_regclass('supabase_migrations.schema_migrations') is null then
    alter default privileges for role patchbay_migrate in schema public
      grant all on tables to anon, authenticated, service_role;
    alter default privileges for role patchbay_migrate in schema public
      grant all on sequences to anon, authenticated, service_role;
    alter default privileges for role patchbay_migrate in schema public
      grant all on functions to anon, authenticated, service_role;
  end if;
end
$defaults$;

create schema if not exists extensions;
grant usage on schema extensions to anon, authenticated, service_role, patchbay_migrate;
grant create on schema extensions to patchbay_migrate;
create extension if not exists pgcrypto with schema extensions;
create extension if not exists pg_trgm with schema extensions;

-- auth: who the bearer of the present token is.
create schema if not exists auth;
grant usage on schema auth to anon, authenticated, service_role, patchbay_migrate;

create or replace function auth.uid() returns uuid language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
$$;
create or replace function auth.role() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role')
$$;
create or replace function auth.email() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.email', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email')
$$;
create or replace function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), ''))::jsonb
$$;

-- realtime: broadcast from the database. Columns, grants and functions as hosted; not partitioned,
-- because a missing partition loses messages without a word and ours are few and pruned.
create schema if not exists realtime authorization supabase_realtime_admin;
grant usage on schema realtime to anon, authenticated, service_role, patchbay_realtime, patchbay_migrate;

create table if not exists realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp without time zone not null default now(),
  inserted_at timestamp without time zone not null default now(),
  id uuid not null default gen_random_uuid(),
  binary_payload bytea,
  primary key (id, inserted_at)
);
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
create index if not exists messages_inserted_at_topic_index on realtime.messages
  (inserted_at desc, topic) where extension = 'broadcast' and private is true;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;
grant select, insert, delete on realtime.messages to patchbay_realtime;

do $policies$
begin
  if not exists (
    select 1 from pg_catalog.pg_policies
    where schemaname = 'realtime' and tablename = 'messages' and policyname = 'local_realtime_server'
  ) then
    create policy local_realtime_server on realtime.messages to patchbay_realtime
      using (true) with check (true);
  end if;
end
$policies$;

create or replace function realtime.topic() returns text language sql stable as $$
  select nullif(current_setting('realtime.topic', true), '')::text
$$;

-- As hosted: an INSERT in the caller's transaction, and a failure is a warning, never an error.
create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void language plpgsql as $$
declare
  message_id uuid := gen_random_uuid();
begin
  begin
    execute format('set local realtime.topic to %L', topic);
    insert into realtime.messages (id, payload, event, topic, private, extension)
    values (
      message_id,
      case when payload ? 'id' then payload else jsonb_set(payload, '{id}', to_jsonb(message_id)) end,
      event, topic, private, 'broadcast');
  exception when others then
    raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
  end;
end
$$;

-- Our Realtime server listens instead of decoding the log. NOTIFY is part of the transaction: it is
-- delivered after the commit, in commit order, or not at all.
create or replace function realtime.notify_message() returns trigger language plpgsql as $$
begin
  perform pg_notify('realtime_messages', json_build_object('id', new.id, 'topic', left(new.topic, 255))::text);
  return null;
end
$$;
create or replace trigger notify_message after insert on realtime.messages
  for each row when (new.extension = 'broadcast') execute function realtime.notify_message();

alter function realtime.topic() owner to supabase_realtime_admin;
alter function realtime.send(jsonb, text, text, boolean) owner to supabase_realtime_admin;
alter function realtime.notify_message() owner to supabase_realtime_admin;

-- Where applied migrations are recorded, as the Supabase CLI does it.
create schema if not exists supabase_migrations authorization patchbay_migrate;
