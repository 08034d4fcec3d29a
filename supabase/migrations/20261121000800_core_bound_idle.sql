-- core: no transaction waits for its own process for ever. One that is frozen or cut off in the middle
-- of a transaction keeps its locks as long as its session lives, which without this is until TCP gives
-- up: hours in which nobody else gets the budget of that connection. No transaction of ours waits for
-- anything but the database.
alter role patchbay_web set idle_in_transaction_session_timeout = '10s';
alter role patchbay_worker set idle_in_transaction_session_timeout = '15s';
