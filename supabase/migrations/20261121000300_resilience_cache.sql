-- resilience: the shared level of the cache, and the marks that make what it holds old.
--
-- An entry remembers the marks of its tags as they were before it was loaded, and counts only while
-- they are still the same. A mark is written in the transaction of the fact that makes entries old,
-- so there is no moment at which the fact holds and an entry from before it is believed.
--
-- Members read, and only their own workspace's rows; the worker alone writes, so nothing a browser
-- can reach puts a value here.

-- Logged, unlike the entries: memory and Redis outlive a crash of PostgreSQL, and a mark that was
-- forgotten would make them believed again. Random instead of counted, so that a restored backup
-- gives no mark a second time.
create table private.cache_marks (
  workspace_id uuid not null references public.workspaces on delete cascade,
  tag text not null check (char_length(tag) between 1 and 120),
  mark uuid not null default gen_random_uuid(),
  at timestamptz not null default now(),
  primary key (workspace_id, tag)
);
create index cache_marks_by_age on private.cache_marks (at);

-- Unlogged: what a crash loses is asked for again.
create unlogged table private.cache_entries (
  workspace_id uuid not null references public.workspaces on delete cascade,
  -- SHA-256 of topic and key.
  key bytea not null check (octet_length(key) = 32),
  topic text not null check (topic ~ '^[a-z][a-z_]{0,39}$'),
  -- JSON as text, because jsonb refuses what some services send; null before the first load ends.
  value text check (octet_length(value) <= 1048576),
  marks jsonb,
  loaded_at timestamptz,
  -- Who loads it now: of all processes one does.
  holder uuid,
  lease_until timestamptz,
  expires_at timestamptz not null,
  primary key (workspace_id, key)
);
create index cache_entries_by_expiry on private.cache_entries (expires_at);

alter table private.cache_marks enable row level security;
alter table private.cache_marks force row level security;
create policy member_read on private.cache_marks for select to hub_user
  using (workspace_id in (select private.my_workspaces('viewer')));
create policy worker_all on private.cache_marks for all to patchbay_worker using (true) with check (true);
grant select on private.cache_marks to hub_user;
grant select, insert, update, delete on private.cache_marks to patchbay_worker;

alter table private.cache_entries enable row level security;
alter table private.cache_entries force row level security;
create policy member_read on private.cache_entries for select to hub_user
  using (workspace_id in (select private.my_workspaces('viewer')));
create policy worker_all on private.cache_entries for all to patchbay_worker using (true) with check (true);
grant select on private.cache_entries to hub_user;
grant select, insert, update, delete on private.cache_entries to patchbay_worker;

-- Whoever reconnects, loses or disconnects an account writes its row, by whichever way: what was
-- cached of it under the old access is old from that commit on.
create or replace function private.mark_connection() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.cache_marks as m (workspace_id, tag) values (new.workspace_id, 'connection:' || new.id)
  on conflict (workspace_id, tag) do update set mark = gen_random_uuid(), at = now();
  return null;
end
$$;
create trigger connections_mark after update on public.connections for each row
  when (
    (old.status, old.status_at, old.account_id, old.app_id, old.endpoints, old.scopes_granted)
    is distinct from
    (new.status, new.status_at, new.account_id, new.app_id, new.endpoints, new.scopes_granted))
  execute function private.mark_connection();
