-- What a member's word may make of rows the worker goes by: a few states, in one's own name, and no other.
begin;
set search_path = public, extensions;
select no_plan();

insert into public.users (id, email, name) values
  ('00000000-0000-7000-8000-0000000000a1', 'one@example.test', 'One'),
  ('00000000-0000-7000-8000-0000000000a2', 'two@example.test', 'Two');
insert into private.sessions (id, token_hash, user_id, expires_at)
  select ('00000000-0000-7000-8000-0000000000b' || n)::uuid, sha256(n::text::bytea),
    ('00000000-0000-7000-8000-0000000000a' || n)::uuid, now() + interval '1 day' from generate_series(1, 2) n;
insert into public.workspaces (id, name, slug) values ('00000000-0000-7000-8000-0000000000c1', 'One', 'trust-one');
insert into public.members (workspace_id, user_id, role) values
  ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-0000000000a1', 'owner'),
  ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-0000000000a2', 'viewer');
insert into public.connections (id, workspace_id, connector, account_id, account_name, status) values
  ('00000000-0000-7000-8000-0000000000d1', '00000000-0000-7000-8000-0000000000c1', 'fake', '1', 'fake', 'active');
insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key, phase) values
  ('00000000-0000-7000-8000-0000000000d2', '00000000-0000-7000-8000-0000000000c1',
    '00000000-0000-7000-8000-0000000000d1', 'issues', 'task', 'one', '{}', 'one', 'live');
insert into public.records (id, workspace_id, kind, data)
  select ('00000000-0000-7000-8000-00000000000' || n)::uuid, '00000000-0000-7000-8000-0000000000c1', 'task', '{}'
  from generate_series(1, 5) n;
insert into public.creations (id, workspace_id, record_id, connection_id, stream_id, state)
  select ('00000000-0000-7000-8000-0000000000e' || n)::uuid, '00000000-0000-7000-8000-0000000000c1',
    ('00000000-0000-7000-8000-00000000000' || n)::uuid, '00000000-0000-7000-8000-0000000000d1',
    '00000000-0000-7000-8000-0000000000d2', (array['owed', 'sending', 'done', 'refused', 'cancelled'])[n]
  from generate_series(1, 5) n;
insert into public.flows (id, workspace_id, name, kind) values
  ('00000000-0000-7000-8000-0000000000f1', '00000000-0000-7000-8000-0000000000c1', 'One', 'task');
insert into public.flow_plans (id, workspace_id, flow_id, flow_version, status) values
  ('00000000-0000-7000-8000-0000000000f2', '00000000-0000-7000-8000-0000000000c1',
    '00000000-0000-7000-8000-0000000000f1', 1, 'ready');
insert into public.flow_plan_rows (plan_id, ordinal, workspace_id, action, record_id, title) values
  ('00000000-0000-7000-8000-0000000000f2', 1, '00000000-0000-7000-8000-0000000000c1', 'review',
    '00000000-0000-7000-8000-000000000001', 'One');
insert into public.undo_runs (id, workspace_id, run_id, upto_position, expected, requested_by) values
  ('00000000-0000-7000-8000-0000000000f3', '00000000-0000-7000-8000-0000000000c1',
    '00000000-0000-7000-8000-0000000000f4', 1, 1, '00000000-0000-7000-8000-0000000000a1');
grant usage on schema extensions to hub_user;
grant execute on all functions in schema extensions to hub_user;

select set_config('request.jwt.claims', '{"sub": "00000000-0000-7000-8000-0000000000a2", "session_id": "00000000-0000-7000-8000-0000000000b2"}', true);
set local role hub_user;
select is_empty($$ update public.creations set state = 'cancelled' returning 1 $$, 'a viewer lets nothing be');
select is_empty($$ update public.flow_plans set status = 'enabling' returning 1 $$, 'and has no plan carried out');
select is_empty($$ update public.flow_plan_rows set is_chosen = true returning 1 $$, 'nor says whom a record is');
select is_empty($$ update public.undo_runs set status = 'cancelled' returning 1 $$, 'nor stops an undo');
reset role;

select set_config('request.jwt.claims', '{"sub": "00000000-0000-7000-8000-0000000000a1", "session_id": "00000000-0000-7000-8000-0000000000b1"}', true);
set local role hub_user;
select throws_ok(
  format($$ update public.creations set state = %L where id = '00000000-0000-7000-8000-0000000000e1' $$, state),
  '42501', null, 'a member does not say that an object is ' || state)
from unnest(array['sending', 'done', 'refused']) state;
select is_empty(
  format($$ update public.creations set state = 'owed', next_attempt_at = now() where state = %L returning 1 $$, state),
  'what is ' || state || ' is not made once more by a member’s word')
from unnest(array['sending', 'done', 'cancelled']) state;
select isnt_empty($$ update public.creations set state = 'owed' where state = 'refused' returning 1 $$,
  'what was refused is tried again');
select isnt_empty($$ update public.creations set state = 'cancelled' where state = 'owed' returning 1 $$,
  'what is owed is let be');

select throws_ok(
  format($$ update public.flow_plans set status = %L $$, status), '42501', null, 'a member makes no plan ' || status)
from unnest(array['making', 'done', 'failed']) status;
select throws_ok(
  $$ insert into public.flow_plans (id, workspace_id, flow_id, flow_version, requested_by) values
    (gen_random_uuid(), '00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-0000000000f1', 1,
      '00000000-0000-7000-8000-0000000000a2') $$,
  '42501', null, 'a plan is ordered in one’s own name');
select throws_ok(
  $$ update public.flow_plan_rows set is_chosen = true, chosen_by = '00000000-0000-7000-8000-0000000000a2' $$,
  '42501', null, 'and whom a record is said in one’s own name');
select lives_ok(
  $$ update public.flow_plan_rows set is_chosen = true, chosen_by = '00000000-0000-7000-8000-0000000000a1' $$,
  'as a member does');
select lives_ok($$ update public.flow_plans set status = 'enabling' $$, 'a member has a plan carried out');

select throws_ok(
  format($$ update public.undo_runs set status = %L $$, status), '42501', null, 'a member makes no undo ' || status)
from unnest(array['running', 'asking', 'completed', 'failed']) status;
select lives_ok($$ update public.undo_runs set status = 'cancelled' $$, 'a member stops one');
reset role;

select * from finish();
rollback;
