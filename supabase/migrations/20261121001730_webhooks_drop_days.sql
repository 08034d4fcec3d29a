-- webhooks: whether a day holds an event that is still to be applied is asked once more when nobody
-- can change it any longer: somebody may have had one applied again between the question and the drop.

create or replace function private.drop_inbox_days(keep int) returns int
language plpgsql security definer set search_path = '' set lock_timeout = '200ms'
as $$
declare
  limit_day date := (now() at time zone 'utc')::date - keep;
  part record;
  is_open boolean;
  dropped int := 0;
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
      execute format(
        'select exists (select 1 from private.%I where status in (''pending'', ''queued'', ''failed''))', part.relname)
        into is_open;
      continue when is_open;
      -- The parent first, as everybody does who comes by way of it.
      lock table only public.inbox_events in access exclusive mode;
      execute format('lock table private.%I in access exclusive mode', part.relname);
      execute format(
        'select exists (select 1 from private.%I where status in (''pending'', ''queued'', ''failed''))', part.relname)
        into is_open;
      continue when is_open;
      execute format('drop table private.%I', part.relname);
      delete from private.inbox_deltas d where d.day = part.day;
      delete from public.inbox_counts c where c.day = part.day;
      dropped := dropped + 1;
    exception when lock_not_available then
      null;
    end;
  end loop;
  return dropped;
end
$$;
