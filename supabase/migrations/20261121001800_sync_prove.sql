-- sync: what reconciliation needs to remember, and what a link knows of a record that lives twice.

-- What the hub had when the service had `base`, of the fields whose form differs between the two
-- (a service that writes labels in lower case). Such a difference is no change on either side.
alter table public.links add column ours jsonb not null default '{}';
-- Fields as last seen whose value the hub cannot hold, each with the reason. They are in `raw`, and
-- are not written there: what nobody here has seen is not overwritten.
alter table public.links add column unreadable jsonb not null default '{}';
create index links_unseen on public.links (stream_id, seen_generation, id) where state <> 'tombstone';

-- The rank of the state an intent was made against, for services that refuse a change of another one.
alter table public.push_intents add column base_rank bigint not null default 0;

-- When everything there is listed again, to find what no event told of; null where a service cannot.
alter table public.streams add column next_sweep_at timestamptz;
-- Readings from the beginning in a row because the service had dropped the stream's place.
alter table public.streams add column resyncs int not null default 0;
create index streams_sweep_due on public.streams (next_sweep_at) where next_sweep_at is not null;
-- Streams that are live already are listed once, within a day of each other's.
update public.streams set next_sweep_at = now() + random() * interval '1 day' where phase = 'live';

-- What a run waits to be allowed, by a person: {"what", "count", "of"}. While it is set a resume means yes.
alter table public.runs add column asks jsonb;

-- An object that was given another id, or became part of another: what still speaks of the old id is
-- understood, and makes no second record.
create table public.link_aliases (
  workspace_id uuid not null,
  connection_id uuid not null,
  kind text not null,
  old_external_id text not null check (char_length(old_external_id) <= 200),
  link_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (connection_id, kind, old_external_id),
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade,
  foreign key (workspace_id, link_id) references public.links (workspace_id, id) on delete cascade
);
create index link_aliases_of_link on public.link_aliases (workspace_id, link_id);
call private.protect('public.link_aliases');
