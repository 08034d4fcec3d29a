-- security: sealing anew under another key while everything goes on, and what a sign-in was bound to.
--
-- Which key a value is sealed to stands in the envelope itself (bytes 2 to 9), so the counts below
-- are of what is there and not of what a column says.

-- Processes that hold keys of a class. A row that was not renewed for a while is one of a dead process.
create table private.key_holders (
  holder uuid primary key,
  class text not null check (class in ('worker', 'gateway')),
  present_key text not null check (present_key ~ '^[0-9a-f]{16}$'),
  opens text[] not null,
  seen_at timestamptz not null default now()
);

-- One row for each time a class was sealed anew, for the page that shows how far it is.
create table private.key_rotations (
  id uuid primary key,
  class text not null check (class in ('worker', 'gateway')),
  key_id text not null check (key_id ~ '^[0-9a-f]{16}$'),
  status text not null default 'running' check (status in ('running', 'done', 'superseded')),
  total int not null check (total >= 0),
  done int not null default 0,
  -- Values that no key at hand opens; they are left as they are.
  refused int not null default 0,
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz
);
create unique index key_rotations_one_running on private.key_rotations (class) where status = 'running';
create index key_rotations_newest on private.key_rotations (class, started_at desc);

grant select, insert, update, delete on private.key_holders to patchbay_worker, patchbay_web;
grant select, insert, update on private.key_rotations to patchbay_worker, patchbay_web;

-- The gateway seals its own class anew; nobody else can open it. It shares the web login.
create policy web_reseal on private.webhook_secrets for update to patchbay_web using (true) with check (true);
grant update (envelope, previous_envelope, key_id, updated_at) on private.webhook_secrets to patchbay_web;

create index credentials_by_key on private.credentials (substring(envelope from 2 for 8));
create index app_secrets_by_key on private.app_secrets (substring(envelope from 2 for 8));

-- How many values are sealed to which key. Neither envelopes nor rows leave it, so that the page
-- that tells when an old key may go needs no right on secrets.
create or replace function private.sealed_key_use()
returns table (class text, part text, key_id text, sealed bigint)
language sql stable security definer set search_path = ''
as $$
  with held (class, part, envelope) as (
    select 'worker', 'credentials', substring(envelope from 2 for 8) from private.credentials
    union all
    select 'worker', 'app_secrets', substring(envelope from 2 for 8) from private.app_secrets
    union all
    -- Good for minutes: they are not sealed anew, they end.
    select 'worker', 'sign_ins', substring(verifier from 2 for 8) from private.oauth_states
      where expires_at > now()
    union all
    select 'worker', 'commands', substring(sealed from 2 for 8) from private.commands where sealed is not null
    union all
    select 'worker', 'mails', substring(envelope from 2 for 8) from private.mails where envelope is not null
    union all
    select 'gateway', 'webhook_secrets', substring(envelope from 2 for 8) from private.webhook_secrets
    union all
    select 'gateway', 'webhook_secrets', substring(previous_envelope from 2 for 8) from private.webhook_secrets
      where previous_envelope is not null
  )
  select h.class, h.part, encode(h.envelope, 'hex'), count(*)
  from held h group by 1, 2, 3 order by 1, 2, 3
$$;
grant execute on function private.sealed_key_use() to patchbay_web, patchbay_worker;

-- A provider whose metadata promises `iss` in its answers (RFC 9207) must keep the promise.
alter table private.oauth_states add column is_issuer_required boolean not null default false;

-- What may be found again and again (a value that does not open) is told once an hour for each action
-- and subject. Whether it was told stands in a log the web login may write and not read.
create or replace function private.audit_hourly(
  entry uuid, workspace uuid, act text, about text, facts jsonb
) returns void
language sql security definer set search_path = ''
as $$
  insert into public.audit_log (id, workspace_id, action, subject, details)
  select entry, workspace, act, about, facts
  where not exists (
    select 1 from public.audit_log a
    where a.workspace_id = workspace and a.action = act and a.subject = about
      and a.at > now() - interval '1 hour')
$$;
grant execute on function private.audit_hourly(uuid, uuid, text, text, jsonb) to patchbay_web, patchbay_worker;
