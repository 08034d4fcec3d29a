-- Every tenant table is guarded the same way, whoever adds one later.
begin;
set search_path = public, extensions;
select no_plan();

create temp view tenant_tables as
  select c.oid, n.nspname, c.relname, c.relrowsecurity, c.relforcerowsecurity
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and n.nspname = 'public';

select ok(relrowsecurity and relforcerowsecurity, relname || ': row security is on and forced') from tenant_tables;

select ok(
  not has_table_privilege('anon', oid, 'select,insert,update,delete,truncate')
  and not has_table_privilege('service_role', oid, 'select,insert,update,delete,truncate'),
  relname || ': anon and service_role have nothing') from tenant_tables;

select ok(
  not has_table_privilege('authenticated', oid, 'insert,update,delete,truncate')
  and not has_any_column_privilege('authenticated', oid, 'insert,update'),
  relname || ': authenticated may not write') from tenant_tables;

select ok(
  not has_table_privilege(role, c.oid, 'select,insert,update,delete')
  and not has_any_column_privilege(role, c.oid, 'select,insert,update'),
  c.relname || ': ' || role || ' has nothing of the private schema')
from pg_class c join pg_namespace n on n.oid = c.relnamespace,
     unnest(array['anon', 'authenticated', 'service_role']) role
where n.nspname = 'private' and c.relkind = 'r';

select ok(
  exists (
    select 1 from pg_constraint f
    where f.conrelid = t.oid and f.contype = 'f'
      and (select attnum from pg_attribute a where a.attrelid = t.oid and a.attname = 'workspace_id') = any(f.conkey)),
  t.relname || ': its foreign keys carry the workspace')
from tenant_tables t
where exists (select 1 from pg_attribute a where a.attrelid = t.oid and a.attname = 'workspace_id');

-- The class split of secrets.
select ok(not has_table_privilege('patchbay_web', 'private.credentials', 'select'), 'web cannot read credentials');
select ok(not has_table_privilege('hub_user', 'private.credentials', 'select'), 'nor can a member');
select ok(not has_table_privilege('hub_user', 'private.app_secrets', 'select'), 'a client secret goes in and never out');
select ok(not has_table_privilege('patchbay_web', 'private.app_secrets', 'select'), 'also for web');
select ok(has_table_privilege('patchbay_worker', 'private.credentials', 'select'), 'the worker reads credentials');
select ok(not has_schema_privilege('patchbay_web', 'pgboss', 'usage'), 'web has no way into the queue');
select ok(not has_table_privilege('authenticated', 'public.invitations', 'select'), 'tokens of invitations are not readable');
select ok(not pg_has_role('authenticator', 'hub_user', 'member'), 'no token can become hub_user');

-- The cache: members read their own workspace's rows, the worker alone writes.
select ok(relrowsecurity and relforcerowsecurity, relname || ': row security is on and forced')
from pg_class where oid in ('private.cache_entries'::regclass, 'private.cache_marks'::regclass);
select ok(
  not has_table_privilege(role, tab, 'insert,update,delete,truncate')
  and not has_any_column_privilege(role, tab, 'insert,update'),
  tab || ': ' || role || ' may not write')
from unnest(array['private.cache_entries', 'private.cache_marks']) tab,
     unnest(array['hub_user', 'patchbay_web', 'authenticated', 'anon', 'service_role']) role;
select ok(not has_table_privilege('patchbay_web', 'private.cache_entries', 'select'), 'web reads the cache as a member only');

-- Keys are changed by those who hold them; everybody else hears counts at most.
select ok(not has_table_privilege('patchbay_web', 'private.webhook_secrets', 'insert,delete'),
  'the gateway seals webhook secrets anew and makes or drops none');
select ok(not has_column_privilege('patchbay_web', 'private.webhook_secrets', 'workspace_id', 'update')
  and not has_column_privilege('patchbay_web', 'private.webhook_secrets', 'endpoint_id', 'update'),
  'nor moves one to another place');
select ok(not has_function_privilege(role, 'private.set_app_webhook(uuid, bytea, text)', 'execute'),
  role || ' pastes no secret of an app; an admin does, as hub_user')
from unnest(array['anon', 'authenticated', 'service_role', 'patchbay_web', 'patchbay_worker']) role;
select ok(not has_function_privilege(role, 'private.connection_of_account(uuid, text)', 'execute'),
  role || ' does not ask whose an account is')
from unnest(array['anon', 'authenticated', 'service_role', 'hub_user']) role;
select ok(not has_function_privilege(role, 'private.sealed_key_use()', 'execute')
  and not has_function_privilege(role, 'private.audit_hourly(uuid, uuid, text, text, jsonb)', 'execute'),
  role || ' neither counts sealed values nor writes what was refused')
from unnest(array['anon', 'authenticated', 'service_role', 'hub_user']) role;
select is(
  (select array_agg(name order by ord) from unnest((
    select proargnames from pg_proc where oid = 'private.sealed_key_use()'::regprocedure)) with ordinality as a (name, ord)),
  array['class', 'part', 'key_id', 'sealed'],
  'what is counted leaves without an envelope');

-- What a service has brought unsigned: the gateway keeps it, an admin looks at it and takes it over.
select ok(relrowsecurity and relforcerowsecurity, 'row security of what services bring is on and forced')
from pg_class where oid = 'private.webhook_brought_secrets'::regclass;
select ok(not has_table_privilege(role, 'private.webhook_brought_secrets', 'select,insert,update,delete'),
  role || ' reads and writes no secret a service has brought')
from unnest(array['anon', 'authenticated', 'service_role', 'hub_user']) role;
select ok(not has_function_privilege(role, 'private.brought_secret(uuid)', 'execute')
  and not has_function_privilege(role, 'private.take_brought_secret(uuid, timestamptz, bytea, text)', 'execute'),
  role || ' neither looks at such a secret nor takes it over')
from unnest(array['anon', 'authenticated', 'service_role', 'patchbay_web', 'patchbay_worker']) role;
select ok(not has_column_privilege('patchbay_web', 'public.webhook_endpoints', 'scheme', 'update'),
  'the gateway does not change how an address is signed');
select ok(not has_column_privilege('patchbay_web', 'private.webhook_secrets', 'previous_until', 'update'),
  'nor how long a former secret holds');

select * from finish();
rollback;
