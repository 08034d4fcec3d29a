-- sync: what may be an object that is being made waits for its call, however long that one was owed.
-- Of a thousand that are owed at once the last are called hours later, and a stranger of their stream
-- must not be made elsewhere before it is known whose it is.
create or replace function private.may_create(owed public.creations) returns boolean
language sql stable set search_path = ''
as $$
  select owed.state in ('sending', 'unknown') or (
    (owed.saga_id is not null or exists (
      select 1 from public.flow_sides d join public.flows f on f.id = d.flow_id and f.status = 'live'
      where d.stream_id = owed.stream_id))
    and not exists (
      select 1 from public.links l
      join public.creations u on u.stream_id = l.stream_id and u.state in ('sending', 'unknown')
        and u.sent_at <= l.created_at and u.next_attempt_at is not null
        and u.called_at > now() - interval '1 hour'
      where l.workspace_id = owed.workspace_id and l.record_id = owed.record_id))
$$;
