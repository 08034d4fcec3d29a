-- resilience: what all workers together know of one account's budget and health.
--
-- How much may be asked of a service is a fact about the account, not about the process that asks. So
-- the bucket, what the service last said about its quota, and the breaker are rows; a worker takes
-- their lock for the length of one small transaction. Decisions are made in TypeScript
-- (lib/resilience/budget-book.ts, breaker-state.ts); these rows only hold what they decided.

create table public.connection_budgets (
  connection_id uuid primary key,
  workspace_id uuid not null,
  -- The pace: calls that may be made at once, refilled over time, and how many may be under way.
  tokens float8 not null check (tokens >= 0),
  per_second float8 not null check (per_second > 0),
  burst float8 not null check (burst >= 1),
  concurrent int not null check (concurrent >= 1),
  filled_at timestamptz not null,
  -- The service's own count: by its word, by what it is known to allow, or one call to find out.
  quota_limit int,
  quota_remaining int check (quota_remaining >= 0),
  quota_reset_at timestamptz,
  quota_word text check (quota_word in ('told', 'look', 'silent')),
  -- The service asked for silence until then.
  paused_until timestamptz,
  calls bigint not null default 0,
  -- Calls that were not made, or cost nothing: unchanged answers, questions asked together.
  calls_saved bigint not null default 0,
  updated_at timestamptz not null default now(),
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade,
  check ((quota_limit is null) = (quota_remaining is null) and (quota_limit is null) = (quota_reset_at is null)
    and (quota_limit is null) = (quota_word is null))
) with (fillfactor = 50);
create index connection_budgets_of_workspace on public.connection_budgets (workspace_id);

-- What one worker holds of a budget: calls granted and not yet reported as ended. It counts until
-- its lease runs out, so a worker that died blocks nobody for long.
create table public.connection_budget_shares (
  connection_id uuid not null,
  workspace_id uuid not null,
  holder uuid not null,
  -- Told apart from an earlier share of the same holder that ran out.
  epoch bigint not null,
  held int not null check (held >= 0),
  waiting_edit int not null default 0,
  waiting_refetch int not null default 0,
  waiting_poll int not null default 0,
  waiting_backfill int not null default 0,
  lease_until timestamptz not null,
  primary key (connection_id, holder),
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade
) with (fillfactor = 50);
create index connection_budget_shares_of_workspace on public.connection_budget_shares (workspace_id);

create table public.connection_breakers (
  connection_id uuid primary key,
  workspace_id uuid not null,
  state text not null check (state in ('closed', 'open', 'half_open')),
  -- In a row, of all workers.
  faults int not null default 0,
  -- How often in a row it opened again: the rest doubles with each.
  opens int not null default 0,
  opened_at timestamptz,
  retry_at timestamptz,
  cause_code text check (char_length(cause_code) <= 80),
  cause text check (char_length(cause) <= 1000),
  -- The one worker that may try, while it is half open.
  probe_holder uuid,
  probe_until timestamptz,
  -- Raised with every change of state: an answer to a call of an earlier state decides nothing.
  epoch bigint not null default 0,
  changed_at timestamptz not null default now(),
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade,
  check ((state = 'closed') = (opened_at is null)),
  check ((state = 'half_open') = (probe_holder is not null))
) with (fillfactor = 50);
create index connection_breakers_of_workspace on public.connection_breakers (workspace_id);
create index connection_breakers_open on public.connection_breakers (connection_id) where state <> 'closed';

call private.protect('public.connection_budgets');
call private.protect('public.connection_budget_shares');
call private.protect('public.connection_breakers');

-- Answers of a service that its connector calls safe to keep, to be asked for by their mark (ETag)
-- the next time. Only the worker reads them. Unlogged: what a crash loses is asked for again.
create unlogged table private.kept_answers (
  workspace_id uuid not null,
  connection_id uuid not null,
  -- SHA-256 of address, query and what is accepted.
  key bytea not null check (octet_length(key) = 32),
  etag text not null check (char_length(etag) between 1 and 400),
  body text not null check (octet_length(body) <= 262144),
  -- Where the next page is (RFC 8288): an unchanged answer need not say it again.
  link text check (char_length(link) <= 4000),
  expires_at timestamptz not null,
  primary key (workspace_id, connection_id, key),
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade
);
create index kept_answers_by_expiry on private.kept_answers (expires_at);
create index kept_answers_of_connection on private.kept_answers (connection_id);
alter table private.kept_answers enable row level security;
alter table private.kept_answers force row level security;
create policy worker_all on private.kept_answers for all to patchbay_worker using (true) with check (true);
grant select, insert, update, delete on private.kept_answers to patchbay_worker;

-- A connection that ends takes along what was kept of it, and leaves no breaker open behind it.
create or replace function private.forget_connection() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from private.kept_answers where workspace_id = new.workspace_id and connection_id = new.id;
  delete from public.connection_breakers where workspace_id = new.workspace_id and connection_id = new.id;
  delete from public.connection_budget_shares where workspace_id = new.workspace_id and connection_id = new.id;
  delete from public.connection_budgets where workspace_id = new.workspace_id and connection_id = new.id;
  return null;
end
$$;
create trigger connections_forget after update of status on public.connections for each row
  when (new.status = 'disconnected' and old.status is distinct from 'disconnected')
  execute function private.forget_connection();

-- The health page is asked by anybody and of no workspace: it learns how many, and nothing else.
create or replace function private.count_resting() returns int
language sql stable security definer set search_path = ''
as $$
  select count(*)::int from public.connection_breakers b
  join public.connections c on c.workspace_id = b.workspace_id and c.id = b.connection_id
  where b.state <> 'closed' and c.status = 'active'
$$;
revoke execute on function private.count_resting() from public;
grant execute on function private.count_resting() to patchbay_web, patchbay_worker;
