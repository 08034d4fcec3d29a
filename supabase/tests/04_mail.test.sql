-- What mail says is read by the worker alone; what became of it, by the admins of its workspace.
begin;
set search_path = public, extensions;
select no_plan();

select ok(not has_column_privilege('hub_user', 'private.mails', 'envelope', 'select'), 'a member reads no mail');
select ok(not has_table_privilege('patchbay_web', 'private.mails', 'select'), 'nor does the web login');
select ok(not has_table_privilege('hub_user', 'private.mails', 'update,delete'), 'nobody changes the outbox but the worker');
select ok(not has_table_privilege('hub_user', 'private.sign_in_links', 'select'), 'links are not a member''s to read');
select ok(not has_table_privilege('hub_user', 'private.mail_suppressions', 'insert,update'), 'nobody disables an address but the worker');
select ok(
  relrowsecurity and relforcerowsecurity, relname || ': row security is on and forced')
from pg_class where oid in ('private.mails'::regclass, 'private.mail_suppressions'::regclass);

insert into users (id, email) values
  ('00000000-0000-7000-8000-000000000001', 'ann@a.test'),
  ('00000000-0000-7000-8000-000000000002', 'vic@a.test'),
  ('00000000-0000-7000-8000-000000000003', 'bob@b.test');
insert into workspaces (id, name, slug) values
  ('00000000-0000-7000-8000-00000000000a', 'A', 'a'), ('00000000-0000-7000-8000-00000000000b', 'B', 'b');
insert into members (workspace_id, user_id, role) values
  ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-000000000001', 'owner'),
  ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-000000000002', 'viewer'),
  ('00000000-0000-7000-8000-00000000000b', '00000000-0000-7000-8000-000000000003', 'owner');
insert into private.sessions (id, token_hash, user_id, expires_at)
  select ('00000000-0000-7000-9000-00000000000' || n)::uuid, sha256(n::text::bytea),
         ('00000000-0000-7000-8000-00000000000' || n)::uuid, now() + interval '1 day'
  from generate_series(1, 3) n;

create or replace function pg_temp.act_as(n int) returns void language sql as $$
  select set_config('request.jwt.claims', json_build_object(
    'sub', '00000000-0000-7000-8000-00000000000' || n,
    'session_id', '00000000-0000-7000-9000-00000000000' || n)::text, true);
$$;
create or replace function pg_temp.queue(workspace text) returns text language sql as $$
  select format($q$ insert into private.mails (id, workspace_id, kind, recipient, envelope, deadline_at)
    values (gen_random_uuid(), %L, 'test', 'eve@x.test', '\x00', now() + interval '1 day') $q$, workspace);
$$;
grant usage on schema extensions to hub_user, patchbay_web;
grant execute on all functions in schema extensions to hub_user, patchbay_web;

select pg_temp.act_as(1);
set local role hub_user;
select lives_ok(pg_temp.queue('00000000-0000-7000-8000-00000000000a'), 'an owner queues for the own workspace');
select throws_ok(pg_temp.queue('00000000-0000-7000-8000-00000000000b'), '42501', null, 'and for no other');
select throws_ok(pg_temp.queue(null), '42501', null, 'and none that belongs to nobody');
select is((select count(*)::int from private.mails), 1, 'and sees it');
reset role;

select pg_temp.act_as(2);
set local role hub_user;
select is_empty('select id from private.mails', 'a viewer sees none');
select throws_ok(pg_temp.queue('00000000-0000-7000-8000-00000000000a'), '42501', null, 'and queues none');
reset role;

set local role patchbay_web;
select lives_ok(pg_temp.queue(null), 'the web login queues what belongs to nobody');
select throws_ok(pg_temp.queue('00000000-0000-7000-8000-00000000000a'), '42501', null, 'and nothing of a workspace');
reset role;

select throws_ok(
  $$ update private.mails set status = 'sent' $$, '23514', null, 'a mail that has ended keeps nothing of what it said');

-- Incidents follow the status, whoever changes it.
insert into connections (id, workspace_id, connector, account_id, account_name, status)
  values ('00000000-0000-7000-b000-000000000001', '00000000-0000-7000-8000-00000000000a', 'github', '7', 'ada', 'active');
update connections set status = 'needs_reauth', status_detail = 'gone';
update connections set status_detail = 'still gone';
select results_eq('select detail, closed_at is null from connection_incidents', $$ values ('gone'::text, true) $$, 'one incident');
update connections set status = 'active';
select results_eq('select closed_at is null from connection_incidents', array[false], 'that ends with its cause');
update connections set status = 'needs_reauth';
select is((select count(*)::int from connection_incidents where closed_at is null), 1, 'and another one begins');

select pg_temp.act_as(3);
set local role hub_user;
select is_empty('select 1 from connection_incidents', 'a stranger sees none of it');
reset role;

select * from finish();
rollback;
