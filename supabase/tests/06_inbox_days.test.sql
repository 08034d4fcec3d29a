-- The inbox by days: nobody reaches a day past its parent, and the rules of the parent hold in every day.
begin;
set search_path = public, extensions;
select no_plan();

select ok(private.make_inbox_days(3) > 0, 'days are made');
select is(private.make_inbox_days(3), 0, 'and made once');

create temp view days as
  select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'public.inbox_events'::regclass;
select ok(count(*) >= 5, 'today, the days ahead and the default one') from days;
select ok(relrowsecurity and relforcerowsecurity, relname || ': row security is on and forced') from days;
select is((select count(*)::int from pg_policy p where p.polrelid = days.oid), 0, relname || ': no policy lets anybody in')
from days;
select ok(
  not has_table_privilege(role, days.oid, 'select,insert,update,delete,truncate')
  and not has_any_column_privilege(role, days.oid, 'select,insert,update'),
  relname || ': ' || role || ' has nothing of it')
from days, unnest(array['anon', 'authenticated', 'service_role', 'hub_user', 'patchbay_web', 'patchbay_worker']) role;

select ok(not has_function_privilege(role, fn, 'execute'), role || ' may not call ' || fn)
from unnest(array['anon', 'authenticated', 'service_role', 'hub_user', 'patchbay_web']) role,
     unnest(array['private.make_inbox_days(int)', 'private.drop_inbox_days(int)',
       'private.fold_inbox_counts(int)', 'private.drop_finished_sagas(int, int)']) fn;
select ok(not has_function_privilege(role, 'private.keep_refused(jsonb, int, int)', 'execute'),
  role || ' may not fill the quarantine')
from unnest(array['anon', 'authenticated', 'service_role', 'hub_user', 'patchbay_worker']) role;
select ok(not has_table_privilege('patchbay_web', 'public.webhook_quarantine', 'select,insert,delete'),
  'the web login itself reads none of what was refused');
select throws_ok('select private.drop_inbox_days(0)', 'P0001', null, 'an inbox is never emptied at once');

insert into workspaces (id, name, slug) values
  ('00000000-0000-7000-8000-00000000000a', 'A', 'days-a');
insert into inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event, delivery_id, headers, body, verdict)
select overlay(private.first_id_at(now() - n * interval '1 day')::text placing '7' from 15)::uuid, '00000000-0000-7000-8000-00000000000a',
  '00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-0000000000e1', 'github', 'issues', n::text, '{}', '{}', 'verified'
from unnest(array[0, 40]) n;
update inbox_events set status = 'applied' where delivery_id = '40';
select ok(private.make_inbox_days(3) > 0, 'a day of the past is made for a row that has none');
select is((select count(*)::int from private.inbox_events_default), 0, 'and takes it over');
select is(private.drop_inbox_days(30), 1, 'the old day goes');
select is((select array_agg(delivery_id) from inbox_events), array['0'], 'with what it held');
select private.fold_inbox_counts(100);
select is((select jsonb_object_agg(status, count) from inbox_counts), '{"pending": 1}'::jsonb, 'and its counts');

select * from finish();
rollback;
