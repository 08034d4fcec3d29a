-- Subscriptions and what is owed to them: who may do what, and what the tables themselves refuse.
begin;
set search_path = public, extensions;
select no_plan();

select ok(not has_table_privilege(role, 'private.subscription_secrets', 'select,insert,update,delete')
  and not has_any_column_privilege(role, 'private.subscription_secrets', 'select,insert,update'),
  role || ' has no way to a destination''s secret')
from unnest(array['anon', 'authenticated', 'service_role', 'hub_user', 'patchbay_web']) role;
select ok(relrowsecurity and relforcerowsecurity, relname || ': row security is on and forced')
from pg_class where oid = 'private.subscription_secrets'::regclass;
select ok(not has_function_privilege(role, 'private.set_subscription_secret(uuid, bytea, text, timestamptz)', 'execute'),
  role || ' puts no secret; an admin does, as hub_user')
from unnest(array['anon', 'authenticated', 'service_role', 'patchbay_web', 'patchbay_worker']) role;
select ok(not has_function_privilege(role, 'private.prune_changes(uuid, timestamptz, int)', 'execute'),
  role || ' takes nothing from the log')
from unnest(array['anon', 'authenticated', 'service_role', 'hub_user', 'patchbay_web']) role;
select ok(not has_table_privilege(role, 'public.change_log', 'delete'), role || ' deletes no change')
from unnest(array['hub_user', 'patchbay_web', 'patchbay_worker']) role;
select ok(not has_column_privilege('hub_user', 'public.subscriptions', col, 'update'),
  'a member does not move ' || col)
from unnest(array['cursor', 'epoch', 'lease_until', 'workspace_id', 'kind', 'delivered_count', 'secret_at']) col;
select ok(not has_column_privilege('hub_user', 'public.deliveries', col, 'update'),
  'a member does not rewrite ' || col || ' of a delivery')
from unnest(array['attempt_log', 'epoch', 'lease_until', 'position', 'workspace_id', 'subscription_id']) col;
select ok(not has_table_privilege('hub_user', 'public.analytics_hourly', 'insert,update,delete'),
  'what was counted is the worker''s to write');

insert into public.users (id, email, name) values
  ('00000000-0000-4000-8000-000000000001', 'editor@example.test', 'Editor'),
  ('00000000-0000-4000-8000-000000000002', 'other@example.test', 'Other');
insert into private.sessions (id, token_hash, user_id, expires_at) values
  ('00000000-0000-4000-8000-0000000000e1', sha256('e1'), '00000000-0000-4000-8000-000000000001', now() + interval '1 hour'),
  ('00000000-0000-4000-8000-0000000000e2', sha256('e2'), '00000000-0000-4000-8000-000000000002', now() + interval '1 hour');
insert into public.workspaces (id, name, slug) values
  ('00000000-0000-4000-8000-00000000000a', 'A', 'a'), ('00000000-0000-4000-8000-00000000000b', 'B', 'b');
insert into public.members (workspace_id, user_id, role) values
  ('00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-000000000001', 'editor'),
  ('00000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-000000000002', 'owner');
select is((select count(*)::int from public.subscriptions where kind = 'analytics'), 2,
  'every workspace counts its changes from the start');
insert into public.subscriptions (id, workspace_id, name, kind, cursor) values
  ('00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-00000000000a', 'Of A', 'webhook', 0),
  ('00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-00000000000b', 'Of B', 'webhook', 0);
insert into public.deliveries (id, workspace_id, subscription_id, position, record_id, kind, op, version, origin, changed_at)
select gen_random_uuid(), s.workspace_id, s.id, 1, gen_random_uuid(), 'task', 'update', 1, 'hub', now()
from public.subscriptions s where s.kind = 'webhook';

select throws_ok($$
  insert into public.deliveries (id, workspace_id, subscription_id, position, record_id, kind, op, version, origin, changed_at)
  select gen_random_uuid(), workspace_id, subscription_id, position, record_id, 'task', 'update', 1, 'hub', now()
  from public.deliveries limit 1$$, '23505', null, 'one delivery for a position');
select throws_ok($$
  insert into public.deliveries (id, workspace_id, subscription_id, position, record_id, kind, op, version, origin, changed_at)
  values (gen_random_uuid(), '00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-0000000000b1', 2,
    gen_random_uuid(), 'task', 'update', 1, 'hub', now())$$, '23503', null, 'none for another workspace''s subscription');
select throws_ok($$
  insert into public.deliveries (id, workspace_id, subscription_id, position, record_id, kind, op, version, origin,
    changed_at, next_attempt_at)
  select gen_random_uuid(), s.workspace_id, s.id, n, s.id, 'task', 'update', 1, 'hub', now(), now()
  from public.subscriptions s, generate_series(10, 11) n where s.kind = 'webhook'$$, '23505', null,
  'two of one record may not go at once');
select throws_ok($$update public.deliveries set status = 'sending'$$, '23514', null, 'none is on its way without a lease');
select throws_ok($$update public.deliveries set status = 'delivered'$$, '23514', null, 'none is over without an end');

grant usage on schema extensions to hub_user;
grant execute on all functions in schema extensions to hub_user;
set local role hub_user;
select set_config('request.jwt.claims',
  '{"sub": "00000000-0000-4000-8000-000000000001", "session_id": "00000000-0000-4000-8000-0000000000e1"}', true);
select is((select count(*)::int from public.subscriptions where kind = 'webhook'), 1, 'a member sees their own subscriptions');
select is((select count(*)::int from public.deliveries), 1, 'and their own deliveries');
with changed as (update public.subscriptions set name = 'Mine' where kind = 'webhook' returning 1)
select is((select count(*)::int from changed), 1, 'an editor changes those of their own workspace only');
select is(private.set_subscription_secret('00000000-0000-4000-8000-0000000000a1', '\x00', 'k', null), false,
  'an editor puts no secret');
select is(private.set_subscription_secret('00000000-0000-4000-8000-0000000000b1', '\x00', 'k', null), false,
  'nor one for another workspace');
select set_config('request.jwt.claims',
  '{"sub": "00000000-0000-4000-8000-000000000002", "session_id": "00000000-0000-4000-8000-0000000000e2"}', true);
select is(private.set_subscription_secret('00000000-0000-4000-8000-0000000000b1', '\x00', 'k', null), true,
  'an owner does');
reset role;

select * from finish();
rollback;
