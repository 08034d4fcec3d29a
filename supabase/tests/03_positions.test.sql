-- Positions are given when the transaction ends, without gaps, per workspace.
begin;
set search_path = public, extensions;
select no_plan();

insert into workspaces (id, name, slug) values
  ('00000000-0000-7000-8000-00000000000a', 'A', 'a'), ('00000000-0000-7000-8000-00000000000b', 'B', 'b');
insert into records (id, workspace_id, kind, data)
  select ('00000000-0000-7000-a000-00000000000' || n)::uuid, ('00000000-0000-7000-8000-00000000000' || case when n < 4 then 'a' else 'b' end)::uuid, 'task', '{}'
  from generate_series(1, 5) n;
insert into change_log (workspace_id, record_id, kind, version, op, origin)
  select workspace_id, id, kind, 1, 'create', 'hub' from records order by id;
select results_eq('select count(*)::int from change_log where position is null', array[5], 'not before the end');
set constraints all immediate;
select results_eq(
  $$ select position from change_log where workspace_id = '00000000-0000-7000-8000-00000000000a' order by id $$,
  array[1, 2, 3]::bigint[], 'the first workspace counts from one');
select results_eq(
  $$ select position from change_log where workspace_id = '00000000-0000-7000-8000-00000000000b' order by id $$,
  array[1, 2]::bigint[], 'the second has its own numbers');
select results_eq(
  $$ select count(*)::int from realtime.messages where event = 'changes' $$, array[2], 'one message a workspace');
select results_eq(
  $$ select (payload ->> 'from')::int, (payload ->> 'to')::int from realtime.messages where event = 'changes' and topic like 'workspace:%a:1' $$,
  $$ values (1, 3) $$, 'that says which positions are new');
select * from finish();
rollback;
