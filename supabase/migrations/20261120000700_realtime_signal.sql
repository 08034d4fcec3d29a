-- realtime: positions at commit, and one thin message a transaction.
--
-- A message is a hint. It says which positions of the change log are new, or which rows of another
-- table were touched; readers fetch the truth. Topic: workspace:<id>:<epoch>. Raising the epoch
-- moves everybody to a new topic, which a removed member cannot join.

create or replace function private.topic(target uuid) returns text
language sql stable security definer set search_path = ''
as $$ select 'workspace:' || c.workspace_id || ':' || c.epoch from private.workspace_clocks c where c.workspace_id = target $$;

create or replace function private.my_topics() returns setof text
language sql stable security definer set search_path = ''
as $$
  select 'workspace:' || c.workspace_id || ':' || c.epoch
  from private.workspace_clocks c
  where c.workspace_id in (select private.my_workspaces('viewer'))
$$;
grant execute on function private.my_topics() to authenticated, hub_user;
grant execute on function private.topic(uuid) to hub_user, patchbay_web, patchbay_worker;

-- Browsers may listen on their own topics and may send on none (there is no insert policy).
create policy patchbay_listen on realtime.messages for select to authenticated
  using (realtime.messages.extension = 'broadcast' and (select realtime.topic()) in (select private.my_topics()));

-- Deferred, so that it runs inside COMMIT: its first firing takes the counter row of each workspace
-- (in id order, hence no deadlock), numbers this transaction's rows and sends one message; later
-- firings find their row numbered. The row lock is held to the end of the commit, so positions
-- follow commits and a reader of `position > cursor` can skip nothing.
create or replace function private.number_changes() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  space record;
  last_position bigint;
  due boolean;
  payload jsonb;
begin
  perform 1 from public.change_log c where c.id = new.id and c.position is null;
  if not found then
    return null;
  end if;
  for space in
    select c.workspace_id, count(*) as n
    from public.change_log c
    where c.xid = pg_current_xact_id() and c.position is null
    group by c.workspace_id order by c.workspace_id
  loop
    -- During a run (patchbay.bulk) at most 10 messages a second: what is skipped is covered by the
    -- next message's `to`, and the run's last act is private.signal_position.
    select coalesce(current_setting('patchbay.bulk', true), '') <> 'on'
        or w.signalled_at < clock_timestamp() - interval '100 milliseconds'
      into due
      from private.workspace_clocks w where w.workspace_id = space.workspace_id for update;
    update private.workspace_clocks w
      set position = w.position + space.n,
          signalled_at = case when due then clock_timestamp() else w.signalled_at end
      where w.workspace_id = space.workspace_id
      returning w.position into last_position;
    with numbered as (
      select c.id, last_position - space.n + row_number() over (order by c.id) as position
      from public.change_log c
      where c.xid = pg_current_xact_id() and c.workspace_id = space.workspace_id and c.position is null
    )
    update public.change_log c set position = n.position from numbered n where c.id = n.id;

    if due then
      payload := jsonb_build_object('from', last_position - space.n + 1, 'to', last_position);
      if space.n <= 50 then
        payload := payload || jsonb_build_object('ids', (
          select jsonb_agg(distinct c.record_id) from public.change_log c
          where c.workspace_id = space.workspace_id and c.position > last_position - space.n and c.position <= last_position));
      end if;
      perform realtime.send(payload, 'changes', private.topic(space.workspace_id), true);
    end if;
  end loop;
  return null;
end
$$;
create constraint trigger number_changes after insert on public.change_log
  deferrable initially deferred for each row execute function private.number_changes();

-- Says where the log stands now, in case the messages of the last transactions were held back.
create or replace function private.signal_position(target uuid) returns void
language sql security definer set search_path = ''
as $$
  select realtime.send(
    jsonb_build_object('from', c.position, 'to', c.position), 'changes', private.topic(target), true)
  from private.workspace_clocks c where c.workspace_id = target
$$;
grant execute on function private.signal_position(uuid) to patchbay_worker;

-- Rows of other tables that pages show live: {table, ids} with at most 50 ids; without `ids` the
-- reader fetches the list again.
create or replace function private.touch(target uuid, source text, ids uuid[]) returns void
language sql security definer set search_path = ''
as $$
  select realtime.send(
    case when cardinality(ids) <= 50
      then jsonb_build_object('table', source, 'ids', to_jsonb(ids))
      else jsonb_build_object('table', source) end,
    'touched', private.topic(target), true)
$$;

create or replace function private.touch_new() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  space record;
begin
  for space in select n.workspace_id, array_agg(distinct n.id) as ids from fresh n group by n.workspace_id loop
    perform private.touch(space.workspace_id, tg_table_name, space.ids);
  end loop;
  return null;
end
$$;

-- An edit's way out is a change of its link's state; the record's page listens for the record.
create or replace function private.touch_links() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  space record;
begin
  for space in
    select n.workspace_id, array_agg(distinct n.record_id) as ids
    from fresh n join stale o on o.id = n.id
    where (o.state, o.pushed_at, o.echoed_at, o.error) is distinct from (n.state, n.pushed_at, n.echoed_at, n.error)
    group by n.workspace_id
  loop
    perform private.touch(space.workspace_id, 'links', space.ids);
  end loop;
  return null;
end
$$;

-- A stream is touched by every poll and event; pages need to know only when it is in another phase.
create or replace function private.touch_streams() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  space record;
begin
  for space in
    select n.workspace_id, array_agg(distinct n.id) as ids
    from fresh n join stale o on o.id = n.id
    where (o.phase, o.phase_detail, o.delivery, o.name) is distinct from (n.phase, n.phase_detail, n.delivery, n.name)
    group by n.workspace_id
  loop
    perform private.touch(space.workspace_id, 'streams', space.ids);
  end loop;
  return null;
end
$$;

do $triggers$
declare
  source text;
begin
  foreach source in array array['connections', 'streams', 'runs', 'webhook_endpoints', 'conflicts', 'push_intents', 'connection_log'] loop
    execute format('create trigger touch_insert after insert on public.%I referencing new table as fresh
      for each statement execute function private.touch_new()', source);
  end loop;
  foreach source in array array['connections', 'runs', 'webhook_endpoints', 'conflicts', 'push_intents', 'inbox_events'] loop
    execute format('create trigger touch_update after update on public.%I referencing new table as fresh
      for each statement execute function private.touch_new()', source);
  end loop;
end
$triggers$;
create trigger touch_update after update on public.streams referencing old table as stale new table as fresh
  for each statement execute function private.touch_streams();
create trigger touch_update after update on public.links referencing old table as stale new table as fresh
  for each statement execute function private.touch_links();

-- Membership and sessions: whoever loses access must not hear the next message.
create or replace function private.raise_epoch(target uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  old_topic text := private.topic(target);
begin
  update private.workspace_clocks set epoch = epoch + 1 where workspace_id = target;
  if found then
    perform realtime.send('{}'::jsonb, 'epoch', old_topic, true);
  end if;
end
$$;

create or replace function private.member_changed() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.raise_epoch(old.workspace_id);
  return null;
end
$$;
create trigger member_changed after update of role or delete on public.members
  for each row execute function private.member_changed();

create or replace function private.session_ended() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  space uuid;
begin
  for space in select m.workspace_id from public.members m where m.user_id = old.user_id order by 1 loop
    perform private.raise_epoch(space);
  end loop;
  return null;
end
$$;
create trigger session_ended after delete on private.sessions
  for each row execute function private.session_ended();
