-- sync: what a saga has ordered is made whether or not a flow of its stream is live.
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
        and u.created_at > now() - interval '1 hour'
      where l.workspace_id = owed.workspace_id and l.record_id = owed.record_id))
$$;
