-- hub: what lets old rows go. Sagas and their events nobody may remove; those that have ended may be,
-- after their time, by this function alone.

create index sagas_finished on public.sagas (finished_at) where finished_at is not null;
create index connection_incidents_closed on public.connection_incidents (closed_at) where closed_at is not null;

-- At most `most` of those that ended more than `keep` days ago, with their events. Answers how many.
create or replace function private.drop_finished_sagas(keep int, most int) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  gone int;
begin
  if keep < 1 then
    raise exception 'what a saga did is kept for one day at least';
  end if;
  delete from public.sagas s where s.id = any (array(
    select f.id from public.sagas f
    where f.finished_at < now() - keep * interval '1 day'
      and f.state in ('completed', 'failed', 'compensated')
    order by f.finished_at limit most));
  get diagnostics gone = row_count;
  return gone;
end
$$;
revoke all on function private.drop_finished_sagas(int, int) from public;
grant execute on function private.drop_finished_sagas(int, int) to patchbay_worker;

-- As before, but an idle call reads next to nothing: counts that came to nothing are looked for only
-- after something was added up.
create or replace function private.fold_inbox_counts(most int) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  folded int;
begin
  if not pg_try_advisory_xact_lock(hashtext('patchbay.inbox_counts')) then
    return 0;
  end if;
  with gone as (
    delete from private.inbox_deltas
    where ctid = any (array(select d.ctid from private.inbox_deltas d limit most))
    returning *
  ), summed as (
    select g.workspace_id, g.day, g.status, g.reason, sum(g.delta) as delta
    from gone g where exists (select 1 from public.workspaces w where w.id = g.workspace_id)
    group by 1, 2, 3, 4
  ), kept as (
    insert into public.inbox_counts as c (workspace_id, day, status, reason, count)
    select s.workspace_id, s.day, s.status, s.reason, s.delta from summed s where s.delta <> 0
    on conflict (workspace_id, day, status, reason) do update set count = c.count + excluded.count
  )
  select count(*) into folded from gone;
  if folded > 0 then
    delete from public.inbox_counts where count = 0;
  end if;
  return folded;
end
$$;
