-- sagas: a member makes a record, and a saga makes objects for it at the services that were chosen.

-- The record and its row of the log are the member's own; its objects are the worker's to make.
grant insert (id, workspace_id, kind, data) on public.records to hub_user;

-- The sagas of one record or stream, the newest first.
create index sagas_of_subject on public.sagas (workspace_id, subject, id desc);

-- Which saga ordered an object. It is made whether or not a flow of its stream is live, and once the
-- saga has taken everything back it is not made any more.
alter table public.creations
  add column saga_id uuid,
  add foreign key (workspace_id, saga_id) references public.sagas (workspace_id, id) on delete set null (saga_id);
create index creations_of_saga on public.creations (workspace_id, saga_id) where saga_id is not null;
