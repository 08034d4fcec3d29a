-- Plans of flows: what a member may say of one, and what the tables themselves keep.
begin;
set search_path = public, extensions;
select no_plan();

select ok(relrowsecurity and relforcerowsecurity, 'row security of what a plan looks at is on and forced')
from pg_class where oid = 'private.flow_plan_members'::regclass;
select ok(not has_table_privilege(role, 'private.flow_plan_members', 'select,insert,update,delete,truncate')
  and not has_any_column_privilege(role, 'private.flow_plan_members', 'select,insert,update'),
  role || ' has no way to what a plan looks at')
from unnest(array['anon', 'authenticated', 'service_role', 'hub_user', 'patchbay_web']) role;
select ok(not has_column_privilege('hub_user', 'public.flow_plan_rows', col, 'update'),
  'a member does not rewrite ' || col || ' of a row')
from unnest(array['plan_id', 'ordinal', 'workspace_id', 'action', 'status', 'record_id', 'others', 'targets',
  'differences', 'inputs', 'finished_at']) col;
select ok(not has_table_privilege('hub_user', 'public.flow_plan_rows', 'insert,delete'),
  'a member adds and takes away no row');
select ok(not has_table_privilege('hub_user', 'public.flow_plan_rows', 'insert')
  and not has_any_column_privilege('hub_user', 'public.flow_plan_rows', 'insert'), 'not even a part of one');
select ok(not has_column_privilege('hub_user', 'public.flow_plans', col, 'update'),
  'a member does not rewrite ' || col || ' of a plan')
from unnest(array['workspace_id', 'flow_id', 'flow_version', 'joins', 'creates', 'updates', 'conflicts', 'reviews',
  'calls', 'estimate', 'skipped', 'failed']) col;
select ok(not has_column_privilege('hub_user', 'public.flow_plans', 'status', 'insert'),
  'nor makes one that is ready');
select ok(not has_function_privilege(role, 'private.void_flow_plans()', 'execute'),
  role || ' voids no plan by hand')
from unnest(array['anon', 'authenticated', 'service_role', 'hub_user', 'patchbay_web', 'patchbay_worker']) role;

insert into public.workspaces (id, name, slug) values
  ('00000000-0000-4000-8000-00000000000a', 'A', 'a'), ('00000000-0000-4000-8000-00000000000b', 'B', 'b');
insert into public.flows (id, workspace_id, name, kind) values
  ('00000000-0000-4000-8000-0000000000f1', '00000000-0000-4000-8000-00000000000a', 'One', 'task'),
  ('00000000-0000-4000-8000-0000000000f2', '00000000-0000-4000-8000-00000000000b', 'Two', 'task');
insert into public.flow_plans (id, workspace_id, flow_id, flow_version, status) values
  ('00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-00000000000a',
    '00000000-0000-4000-8000-0000000000f1', 1, 'ready');

select throws_ok($$
  insert into public.flow_plans (id, workspace_id, flow_id, flow_version) values
    ('00000000-0000-4000-8000-0000000000c2', '00000000-0000-4000-8000-00000000000a',
      '00000000-0000-4000-8000-0000000000f1', 1)$$, '23505', null, 'a flow has one plan that is not over');
select throws_ok($$
  insert into public.flow_plans (id, workspace_id, flow_id, flow_version) values
    ('00000000-0000-4000-8000-0000000000c3', '00000000-0000-4000-8000-00000000000a',
      '00000000-0000-4000-8000-0000000000f2', 1)$$, '23503', null, 'a plan is of its own workspace''s flow');
select throws_ok($$
  insert into public.flow_plan_rows (plan_id, ordinal, workspace_id, action, record_id, title) values
    ('00000000-0000-4000-8000-0000000000c1', 1, '00000000-0000-4000-8000-00000000000b', 'create',
      '00000000-0000-4000-8000-0000000000d1', 'x')$$, '23503', null, 'and a row of its own workspace''s plan');
select throws_ok($$
  insert into private.flow_plan_members (plan_id, record_id, workspace_id, match_key, lives, taken, version) values
    ('00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-0000000000d1',
      '00000000-0000-4000-8000-00000000000b', '', 1, 1, 1)$$, '23503', null, 'so is what it looks at');

update public.flows set name = 'Renamed' where id = '00000000-0000-4000-8000-0000000000f1';
select is((select status from public.flow_plans where id = '00000000-0000-4000-8000-0000000000c1'), 'ready',
  'a name is nothing that was planned by');
update public.flows set version = 2 where id = '00000000-0000-4000-8000-0000000000f1';
select is((select status from public.flow_plans where id = '00000000-0000-4000-8000-0000000000c1'), 'void',
  'a plan of a flow that is another is void');
select ok((select finished_at is not null and epoch = 1 from public.flow_plans
  where id = '00000000-0000-4000-8000-0000000000c1'), 'and whoever works on it has lost it');

select * from finish();
rollback;
