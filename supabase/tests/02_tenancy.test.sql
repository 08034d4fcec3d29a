-- Two workspaces, their members and one stranger, seen through every role.
begin;
set search_path = public, extensions;
select no_plan();

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
insert into records (id, workspace_id, kind, data) values
  ('00000000-0000-7000-a000-000000000001', '00000000-0000-7000-8000-00000000000a', 'task', '{"title": "ours"}'),
  ('00000000-0000-7000-a000-000000000002', '00000000-0000-7000-8000-00000000000b', 'task', '{"title": "theirs"}');

create or replace function pg_temp.act_as(n int) returns void language sql as $$
  select set_config('request.jwt.claims', json_build_object(
    'sub', '00000000-0000-7000-8000-00000000000' || n,
    'session_id', '00000000-0000-7000-9000-00000000000' || n)::text, true);
$$;
grant usage on schema extensions to hub_user, authenticated;
grant execute on all functions in schema extensions to hub_user, authenticated;

select pg_temp.act_as(1);
set local role hub_user;
select results_eq('select title from records', array['ours'], 'an owner sees the own workspace only');
select lives_ok($$ update records set data = '{"title": "mine"}' where id = '00000000-0000-7000-a000-000000000001' $$, 'and edits in it');
select is_empty($$ update records set data = '{}' where id = '00000000-0000-7000-a000-000000000002' returning 1 $$, 'an update of a foreign row finds nothing');
select throws_ok(
  $$ insert into records (id, workspace_id, kind, data) values ('00000000-0000-7000-a000-000000000009', '00000000-0000-7000-8000-00000000000b', 'task', '{}') $$,
  '42501', null, 'an insert into a foreign workspace is refused');
select throws_ok(
  $$ insert into records (id, workspace_id, kind, data, version) values ('00000000-0000-7000-a000-000000000009', '00000000-0000-7000-8000-00000000000a', 'task', '{}', 7) $$,
  '42501', null, 'a new record has no past');
savepoint made;
select lives_ok(
  $$ insert into records (id, workspace_id, kind, data) values ('00000000-0000-7000-a000-000000000009', '00000000-0000-7000-8000-00000000000a', 'task', '{}') $$,
  'a record of the own workspace can be made');
select throws_ok(
  $$ insert into change_log (workspace_id, record_id, kind, version, op, origin, actor_id)
     values ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-a000-000000000009', 'task', 1, 'create', 'user', '00000000-0000-7000-8000-000000000002') $$,
  '42501', null, 'and is logged in nobody else’s name');
rollback to made;
select throws_ok(
  $$ update records set workspace_id = '00000000-0000-7000-8000-00000000000b' where id = '00000000-0000-7000-a000-000000000001' $$,
  '42501', null, 'a row cannot be moved to another workspace');
select throws_ok(
  $$ delete from members where user_id = '00000000-0000-7000-8000-000000000001' $$, 'PB001', null, 'the last owner stays');
reset role;

select pg_temp.act_as(2);
set local role hub_user;
select results_eq('select count(*)::int from records', array[1], 'a viewer reads');
select is_empty($$ update records set data = '{}' returning 1 $$, 'and edits nothing');
select throws_ok(
  $$ insert into records (id, workspace_id, kind, data) values ('00000000-0000-7000-a000-000000000009', '00000000-0000-7000-8000-00000000000a', 'task', '{}') $$,
  '42501', null, 'and makes nothing');
select throws_ok(
  $$ insert into members (workspace_id, user_id, role) values ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-000000000003', 'viewer') $$,
  '42501', null, 'and invites nobody');
reset role;

set local role authenticated;
select results_eq('select count(*)::int from records', array[1], 'REST reads with the same policies');
select throws_ok($$ update records set data = '{}' $$, '42501', null, 'and has no right to write at all');
reset role;

delete from private.sessions where id = '00000000-0000-7000-9000-000000000002';
set local role hub_user;
select is_empty('select 1 from records', 'a revoked session reads nothing, at once');
reset role;
select is((select epoch from private.workspace_clocks where workspace_id = '00000000-0000-7000-8000-00000000000a'), 2, 'and the topic has moved on');

select set_config('request.jwt.claims', '', true);
set local role hub_user;
select is_empty('select 1 from records', 'without claims there is nothing');
reset role;

-- A session of one user does not carry the claims of another.
select set_config('request.jwt.claims', '{"sub": "00000000-0000-7000-8000-000000000003", "session_id": "00000000-0000-7000-9000-000000000001"}', true);
set local role hub_user;
select is_empty('select 1 from records', 'a session counts for its own user only');
reset role;

select * from finish();
rollback;
