-- core: no statement runs for ever. The bound belongs to the login, because a transaction pooler
-- refuses or forgets what a connection asks for at its start.
alter role patchbay_web set statement_timeout = '10s';
alter role patchbay_worker set statement_timeout = '30s';
