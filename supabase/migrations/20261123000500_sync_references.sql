-- A field that names another record is said to each service by that record's name there.
--
-- What a record holds is a name as one of its services gives it: plain in the terms of the service it
-- came from, and with the connection behind it (name@connection) where it is another's.
alter table public.records
  -- Whose plain names they are, where that is not the connection of the record's oldest link: the record
  -- was joined with one whose link is older.
  add column home_connection_id uuid;
alter table public.records add foreign key (workspace_id, home_connection_id)
  references public.connections (workspace_id, id) on delete set null (home_connection_id);

alter table public.links
  -- name@connection of the record it would name there, and cannot before that lives there too.
  add column waits_for text check (char_length(waits_for) <= 240);
create index links_waiting on public.links (workspace_id, connection_id, waits_for) where waits_for is not null;
-- Names are keys as often as they are ids.
create index links_by_key on public.links (workspace_id, connection_id, kind, external_key)
  where external_key is not null;
