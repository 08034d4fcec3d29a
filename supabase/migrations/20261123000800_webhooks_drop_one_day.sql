-- webhooks: one day goes per call, so that its locks last no longer than its own drop, and whether a day
-- holds an event that is still to be applied is asked in the words of the two indexes of such events:
-- in others it would be answered by reading the whole day, the second time while nothing can be received.

create or replace function private.drop_inbox_days(keep int) returns int
language plpgsql security definer set search_path = '' set lock_timeout = '200ms'
as $$
declare
  limit_day date := (now() at time zone 'utc')::date - keep;
  open_question constant text := 'select exists (select 1 from private.%1$I
      where status in (''pending'', ''queued'', ''failed'') and replay_id is null)
    or exists (select 1 from private.%1$I
      where status in (''pending'', ''queued'', ''failed'') and replay_id is not null)';
  part record;
  is_open boolean;
begin
  if keep < 1 then
    raise exception 'an inbox is kept for one day at least';
  end if;
  if not pg_try_advisory_xact_lock(hashtext('patchbay.inbox_days')) then
    return 0;
  end if;
  for part in
    select c.relname, to_date(right(c.relname, 8), 'YYYYMMDD') as day
    from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.inbox_events'::regclass and c.relname ~ '^inbox_events_\d{8}$'
      and to_date(right(c.relname, 8), 'YYYYMMDD') < limit_day
    order by c.relname
  loop
    begin
      execute format(open_question, part.relname) into is_open;
      continue when is_open;
      -- The parent first, as everybody does who comes by way of it.
      lock table only public.inbox_events in access exclusive mode;
      execute format('lock table private.%I in access exclusive mode', part.relname);
      execute format(open_question, part.relname) into is_open;
      continue when is_open;
      execute format('drop table private.%I', part.relname);
      delete from private.inbox_deltas d where d.day = part.day;
      delete from public.inbox_counts c where c.day = part.day;
      return 1;
    exception when lock_not_available then
      null;
    end;
  end loop;
  return 0;
end
$$;
