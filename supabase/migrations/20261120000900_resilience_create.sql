-- resilience: counters of inbound limits that hold over several web processes.
--
-- Unlogged: losing the counts in a crash costs one window, and each counted request would otherwise
-- wait for the disk. The key is a SHA-256, so neither an address nor an e-mail stands here.
create unlogged table private.rate_limits (
  key bytea primary key check (octet_length(key) = 32),
  -- Number of the window since the epoch, its count, and the count of the window before.
  slot bigint not null,
  count int not null,
  previous int not null,
  expires_at timestamptz not null
);
create index rate_limits_by_expiry on private.rate_limits (expires_at);

grant select, insert, update on private.rate_limits to patchbay_web;
grant select, delete on private.rate_limits to patchbay_worker;
