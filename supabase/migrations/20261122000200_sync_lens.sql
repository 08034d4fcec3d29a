-- How a stream's rules reach the links that are there already.
--
-- Bases stand in the service's terms, so changed rules rewrite none. What has to be known of a link is
-- by which version of the rules it was last looked at: a field that is read another way since then has
-- no state both sides agreed on, and is neither sent nor taken before that has been looked into.
alter table public.stream_rules
  -- {field: the version that gave it another place, direction or form there}
  add column since jsonb not null default '{}' check (jsonb_typeof(since) = 'object'),
  -- [{version, rules}], oldest first: rules that were in force up to that version. By them it is known
  -- what of a record had been read from there, and what had been changed here.
  add column past jsonb not null default '[]' check (jsonb_typeof(past) = 'array');

-- Links of today were made without rules.
alter table public.links add column lens_version int not null default 0;
alter table public.links alter column lens_version drop default;

create function private.note_lens_version() returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  new.lens_version := coalesce(
    (select s.version from public.stream_rules s where s.stream_id = new.stream_id), 0);
  return new;
end
$$;
revoke all on function private.note_lens_version() from public;
-- Whoever links an object by the rules of its stream says which; nobody else has to know of it.
create trigger links_note_lens_version before insert on public.links
  for each row when (new.lens_version is null) execute function private.note_lens_version();

-- By which version of the rules a call was made: its answer says nothing of fields that mean something
-- else by now.
alter table public.push_intents add column rules_version int not null default 0;
-- Who changes the rules wants everything looked at by them.
grant update (next_sweep_at) on public.streams to hub_user;
