-- records: what a person chose where a field had changed on both sides.

alter table public.conflicts
  -- Null while it is open, and where nobody chose: a policy decided, or both sides came to agree.
  add column choice text check (choice in ('local', 'remote', 'base', 'value')),
  -- Of the call that settled it: the same call sent again has no second effect.
  add column mutation_id uuid;
create index conflicts_open on public.conflicts (workspace_id, id desc) where status = 'open';
create index conflicts_of_link on public.conflicts (workspace_id, link_id);

-- What the record held when it was decided is kept as the hub's side.
grant update (local, choice, mutation_id) on public.conflicts to hub_user;
