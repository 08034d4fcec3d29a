-- Budgets and breakers: read by members of their own workspace, written by the worker alone.
begin;
set search_path = public, extensions;
select no_plan();

insert into users (id, email) values
  ('00000000-0000-7000-8000-000000000001', 'one@x.test'), ('00000000-0000-7000-8000-000000000002', 'two@x.test');
insert into private.sessions (id, token_hash, user_id, expires_at) values
  ('00000000-0000-7000-8000-0000000000a1', sha256('one'), '00000000-0000-7000-8000-000000000001', now() + interval '1 day'),
  ('00000000-0000-7000-8000-0000000000a2', sha256('two'), '00000000-0000-7000-8000-000000000002', now() + interval '1 day');
insert into workspaces (id, name, slug) values
  ('00000000-0000-7000-8000-00000000000a', 'A', 'limits-a'), ('00000000-0000-7000-8000-00000000000b', 'B', 'limits-b');
insert into members (workspace_id, user_id, role) values
  ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-000000000001', 'viewer'),
  ('00000000-0000-7000-8000-00000000000b', '00000000-0000-7000-8000-000000000002', 'owner');
insert into connections (id, workspace_id, connector, account_id, account_name, status) values
  ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-00000000000a', 'github', '1', 'ada', 'active');

grant usage on schema extensions to hub_user, patchbay_web;
grant execute on all functions in schema extensions to hub_user, patchbay_web;
set local role patchbay_worker;
insert into connection_budgets (connection_id, workspace_id, tokens, per_second, burst, concurrent, filled_at)
values ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-00000000000a', 1, 1, 1, 1, now());
insert into connection_budget_shares (connection_id, workspace_id, holder, epoch, held, lease_until)
values ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-00000000000a', gen_random_uuid(), 1, 1, now());
insert into connection_breakers (connection_id, workspace_id, state, opened_at)
values ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-00000000000a', 'open', now());
insert into connection_clocks (connection_id, workspace_id, offset_ms, error_ms, measured_at)
values ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-00000000000a', 300000, 500, now());
insert into private.kept_answers (workspace_id, connection_id, key, etag, body, expires_at)
values ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000c1', sha256('k'), 'e', '[]', now());
reset role;
select throws_ok($$insert into connection_budgets (connection_id, workspace_id, tokens, per_second, burst, concurrent, filled_at)
  values ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-00000000000b', 1, 1, 1, 1, now())
  on conflict (connection_id) do update set workspace_id = excluded.workspace_id$$,
  '23503', null, 'a budget belongs to its connection''s workspace');

create or replace function pg_temp.act_as(n int) returns void language sql as $$
  select set_config('role', 'hub_user', true), set_config('request.jwt.claims', format(
    '{"sub":"00000000-0000-7000-8000-00000000000%s","session_id":"00000000-0000-7000-8000-0000000000a%s","role":"hub_user"}', n, n), true);
$$;

select pg_temp.act_as(1);
select is((select count(*)::int from connection_budgets), 1, 'a viewer reads the budget');
select is((select count(*)::int from connection_breakers), 1, 'and the breaker');
select is((select count(*)::int from connection_clocks), 1, 'and the clock');
select throws_ok($$update connection_clocks set offset_ms = 0$$, '42501', null, 'which nobody sets');
select throws_ok($$update connection_breakers set state = 'closed', opened_at = null$$, '42501', null, 'and writes neither');
select throws_ok($$update connection_budgets set tokens = 99$$, '42501', null, 'not the budget');
select throws_ok($$select body from private.kept_answers$$, '42501', null, 'what services said is the worker''s alone');
select throws_ok($$select private.count_resting()$$, '42501', null, 'the count of all workspaces is not a member''s');
reset role;
select pg_temp.act_as(2);
select is((select count(*)::int from connection_budgets), 0, 'another workspace sees no budget');
select is((select count(*)::int from connection_budget_shares), 0, 'no share');
select is((select count(*)::int from connection_breakers), 0, 'no breaker');
select is((select count(*)::int from connection_clocks), 0, 'no clock');
reset role;

set local role patchbay_web;
select is(private.count_resting(), 1, 'web learns how many are left alone');
reset role;

update connections set status = 'disconnected' where id = '00000000-0000-7000-8000-0000000000c1';
select is((select count(*)::int from private.kept_answers) + (select count(*)::int from connection_breakers)
  + (select count(*)::int from connection_budgets) + (select count(*)::int from connection_budget_shares)
  + (select count(*)::int from connection_clocks), 0,
  'a connection that ends takes everything along');

select * from finish();
rollback;
