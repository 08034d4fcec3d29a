-- A saga's events are its truth: they are added and never changed, one saga of a kind and subject at
-- a time, each workspace its own.
begin;
set search_path = public, extensions;
select no_plan();

select ok(not has_table_privilege(role, 'public.saga_events', 'update,delete,truncate')
    and not has_any_column_privilege(role, 'public.saga_events', 'update'),
  role || ' can change no event of a saga')
from unnest(array['patchbay_worker', 'patchbay_web', 'hub_user', 'authenticated', 'anon']) role;

select ok(not has_table_privilege(role, 'public.sagas', 'delete,truncate'), role || ' can remove no saga')
from unnest(array['patchbay_worker', 'patchbay_web', 'hub_user', 'authenticated', 'anon']) role;

select ok(not has_any_column_privilege('hub_user', 'public.sagas', 'update'), 'a member starts sagas and steers none');
select ok(not has_table_privilege('patchbay_web', 'public.sagas', 'insert'), 'the web login itself has nothing to start');

create or replace function pg_temp.act_as(n int) returns void language sql as $$
  select set_config('request.jwt.claims', json_build_object(
    'sub', '00000000-0000-7000-8000-00000000000' || n,
    'session_id', '00000000-0000-7000-8000-00000000001' || n)::text, true);
$$;
grant usage on schema extensions to hub_user;
grant execute on all functions in schema extensions to hub_user;

insert into public.users (id, email) values
  ('00000000-0000-7000-8000-000000000001', 'editor@x.test'),
  ('00000000-0000-7000-8000-000000000002', 'viewer@x.test');
insert into private.sessions (id, token_hash, user_id, expires_at) values
  ('00000000-0000-7000-8000-000000000011', sha256('1'), '00000000-0000-7000-8000-000000000001', now() + interval '1 day'),
  ('00000000-0000-7000-8000-000000000012', sha256('2'), '00000000-0000-7000-8000-000000000002', now() + interval '1 day');
insert into public.workspaces (id, name, slug) values
  ('00000000-0000-7000-8000-0000000000a1', 'One', 'one'),
  ('00000000-0000-7000-8000-0000000000a2', 'Two', 'two');
insert into public.members (workspace_id, user_id, role) values
  ('00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-000000000001', 'editor'),
  ('00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-000000000002', 'viewer');
insert into public.sagas (id, workspace_id, kind, subject) values
  ('00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-0000000000a1', 'connect', '00000000-0000-7000-8000-0000000000c1'),
  ('00000000-0000-7000-8000-0000000000b2', '00000000-0000-7000-8000-0000000000a2', 'connect', '00000000-0000-7000-8000-0000000000c1');

select throws_ok(
  $$insert into public.sagas (id, workspace_id, kind, subject) values
    (gen_random_uuid(), '00000000-0000-7000-8000-0000000000a1', 'connect', '00000000-0000-7000-8000-0000000000c1')$$,
  '23505', null, 'a second one of the same kind and subject has to wait for the end of the first');
update public.sagas set state = 'completed' where id = '00000000-0000-7000-8000-0000000000b1';
select lives_ok(
  $$insert into public.sagas (id, workspace_id, kind, subject) values
    (gen_random_uuid(), '00000000-0000-7000-8000-0000000000a1', 'connect', '00000000-0000-7000-8000-0000000000c1')$$,
  'after it there is room for another one');
select throws_ok(
  $$insert into public.saga_events (saga_id, position, workspace_id, type) values
    ('00000000-0000-7000-8000-0000000000b2', 1, '00000000-0000-7000-8000-0000000000a1', 'started')$$,
  '23503', null, 'no event about the saga of another workspace');

select pg_temp.act_as(2);
set local role hub_user;
select isnt_empty('select 1 from public.sagas', 'a viewer sees the sagas of the workspace');
select is_empty(
  $$select 1 from public.sagas where workspace_id = '00000000-0000-7000-8000-0000000000a2'$$,
  'and none of another');
select throws_ok(
  $$insert into public.sagas (id, workspace_id, kind, subject) values
    (gen_random_uuid(), '00000000-0000-7000-8000-0000000000a1', 'start_stream', gen_random_uuid())$$,
  '42501', null, 'but starts none');
reset role;
select pg_temp.act_as(1);
set local role hub_user;
select throws_ok(
  $$insert into public.sagas (id, workspace_id, kind, subject) values
    (gen_random_uuid(), '00000000-0000-7000-8000-0000000000a2', 'start_stream', gen_random_uuid())$$,
  '42501', null, 'nor does an editor elsewhere');
reset role;

select * from finish();
rollback;
