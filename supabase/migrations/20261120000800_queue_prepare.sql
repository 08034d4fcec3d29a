-- queue: the schema pg-boss lives in. Its tables are made by pg-boss itself, run as the migrating
-- role (lib/queue/install.ts); the worker alone may use them. The web process enqueues by writing
-- a row of its own (a command, a dirty link, a queued run), which the worker turns into a job.
create schema if not exists pgboss;
revoke all on schema pgboss from public;
grant usage on schema pgboss to patchbay_worker;
alter default privileges in schema pgboss grant select, insert, update, delete on tables to patchbay_worker;
alter default privileges in schema pgboss grant usage on sequences to patchbay_worker;
alter default privileges in schema pgboss grant execute on functions to patchbay_worker;
