-- What happened is written once, in one's own name; an undo is asked for by a member and done by the worker.
begin;
set search_path = public, extensions;
select no_plan();

select ok(not has_table_privilege('hub_user', 'public.run_events', 'update,delete,truncate')
  and not has_any_column_privilege('hub_user', 'public.run_events', 'update'),
  'a member rewrites no event of a run');
select ok(not has_table_privilege('hub_user', 'public.undo_runs', 'delete,truncate'),
  'a member removes no undo');
select ok(not has_column_privilege('hub_user', 'public.undo_runs', col, 'update'),
  'a member does not rewrite ' || col || ' of an undo')
from unnest(array['run_id', 'upto_position', 'expected', 'done', 'undone', 'partly', 'kept', 'asked', 'restored',
  'reasons', 'requested_by', 'reached_record_id']) col;
select ok(not has_table_privilege('hub_user', 'public.undo_notes', 'insert,update,delete,truncate'),
  'nor what it could not take back');
select ok(has_column_privilege('hub_user', 'public.links', 'reread_at', 'update')
  and not has_column_privilege('hub_user', 'public.links', 'base', 'update'),
  'a member has an object read again and says nothing of what is in it');

insert into public.users (id, email, name) values
  ('00000000-0000-7000-8000-0000000000a1', 'one@example.test', 'One'),
  ('00000000-0000-7000-8000-0000000000a2', 'two@example.test', 'Two');
insert into private.sessions (id, token_hash, user_id, expires_at) values
  ('00000000-0000-7000-8000-0000000000b1', sha256('one'), '00000000-0000-7000-8000-0000000000a1', now() + interval '1 day');
insert into public.workspaces (id, name, slug) values ('00000000-0000-7000-8000-0000000000c1', 'One', 'history-one');
insert into public.members (workspace_id, user_id, role) values
  ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-0000000000a1', 'owner');
select set_config('request.jwt.claims',
  '{"sub": "00000000-0000-7000-8000-0000000000a1", "session_id": "00000000-0000-7000-8000-0000000000b1"}', true);
grant usage on schema extensions to hub_user;
grant execute on all functions in schema extensions to hub_user;
set local role hub_user;

select throws_ok(
  $$insert into public.undo_runs (id, workspace_id, run_id, upto_position, expected, requested_by)
    values (gen_random_uuid(), '00000000-0000-7000-8000-0000000000c1', gen_random_uuid(), 1, 1,
      '00000000-0000-7000-8000-0000000000a2')$$,
  '42501', null, 'an undo is asked for in one''s own name');
select throws_ok(
  $$insert into public.undo_runs (id, workspace_id, run_id, upto_position, expected, requested_by, status)
    values (gen_random_uuid(), '00000000-0000-7000-8000-0000000000c1', gen_random_uuid(), 1, 1,
      '00000000-0000-7000-8000-0000000000a1', 'completed')$$,
  '42501', null, 'and is not begun as done');
select lives_ok(
  $$insert into public.undo_runs (id, workspace_id, run_id, upto_position, expected, requested_by)
    values ('00000000-0000-7000-8000-0000000000d1', '00000000-0000-7000-8000-0000000000c1',
      '00000000-0000-7000-8000-0000000000e1', 1, 1, '00000000-0000-7000-8000-0000000000a1')$$,
  'a member asks for one');
select throws_ok(
  $$insert into public.undo_runs (id, workspace_id, run_id, upto_position, expected, requested_by)
    values (gen_random_uuid(), '00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-0000000000e1', 1, 1,
      '00000000-0000-7000-8000-0000000000a1')$$,
  '23505', null, 'what one run did is taken back by one at a time');

reset role;
select * from finish();
rollback;
