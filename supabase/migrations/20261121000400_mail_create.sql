-- mail: what is to be sent and what became of it, addresses that are not written to any more, links
-- to sign in by, and the times a connection could not go on by itself.

-- An outbox: written in the transaction of whoever has something to say, sent by the worker. What
-- the mail says may hold a link that lets its reader in, so it stands here sealed to the worker, and
-- only until the mail has ended.
create table private.mails (
  id uuid primary key,
  -- Null for mails that belong to no workspace: links to sign in by.
  workspace_id uuid references public.workspaces on delete cascade,
  kind text not null check (kind ~ '^[a-z_]{1,40}$'),
  recipient text not null check (recipient = lower(recipient) and char_length(recipient) between 3 and 254),
  status text not null default 'queued' check (status in ('queued', 'sent', 'failed', 'suppressed')),
  code text check (char_length(code) <= 80),
  detail text check (char_length(detail) <= 500),
  envelope bytea,
  -- The same key is queued once in a workspace.
  dedupe_key text check (char_length(dedupe_key) <= 200),
  attempts int not null default 0,
  -- Not before.
  retry_at timestamptz not null default now(),
  -- Nobody makes a second job for it before.
  enqueued_until timestamptz,
  -- The right to send: held until lease_until, told apart by its epoch.
  lease_epoch bigint not null default 0,
  lease_until timestamptz,
  -- Afterwards it would be of no use to its reader.
  deadline_at timestamptz not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  constraint mails_body_until_the_end check ((status = 'queued') = (envelope is not null)),
  constraint mails_ended check ((status = 'queued') = (ended_at is null))
);
create index mails_due on private.mails (retry_at) where status = 'queued';
create index mails_newest on private.mails (workspace_id, id desc);
create index mails_by_recipient on private.mails (recipient, created_at);
create index mails_failed on private.mails (ended_at desc) where status = 'failed';
create index mails_ended_at on private.mails (ended_at) where ended_at is not null;
create unique index mails_once on private.mails (workspace_id, dedupe_key) where dedupe_key is not null;

-- Addresses a server refused for good. A fact about the address and not about a workspace, so no
-- workspace can make the hub knock again and again where another one was turned away.
create table private.mail_suppressions (
  id uuid primary key,
  address text not null unique check (address = lower(address) and char_length(address) <= 254),
  code text not null check (char_length(code) <= 80),
  detail text not null check (char_length(detail) <= 500),
  at timestamptz not null default now()
);

alter table private.mails enable row level security;
alter table private.mails force row level security;
create policy admin_read on private.mails for select to hub_user
  using (workspace_id in (select private.my_workspaces('admin')));
create policy admin_queue on private.mails for insert to hub_user
  with check (workspace_id in (select private.my_workspaces('admin')));
-- The web login itself queues links to sign in by, for people who have no session yet.
create policy web_queue on private.mails for insert to patchbay_web with check (workspace_id is null);
create policy worker_all on private.mails for all to patchbay_worker using (true) with check (true);
grant insert on private.mails to hub_user, patchbay_web;
grant select (id, workspace_id, kind, recipient, status, code, detail, dedupe_key, attempts, retry_at,
  deadline_at, created_at, ended_at) on private.mails to hub_user;
grant select, insert, update, delete on private.mails to patchbay_worker;

-- An admin sees and lifts the suppression of whom the own workspaces write to.
alter table private.mail_suppressions enable row level security;
alter table private.mail_suppressions force row level security;
create policy admin_read on private.mail_suppressions for select to hub_user
  using (address in (select m.recipient from private.mails m
      where m.workspace_id in (select private.my_workspaces('admin')))
    or address in (select u.email from public.members m join public.users u on u.id = m.user_id
      where m.workspace_id in (select private.my_workspaces('admin'))));
create policy admin_lift on private.mail_suppressions for delete to hub_user
  using (address in (select m.recipient from private.mails m
      where m.workspace_id in (select private.my_workspaces('admin')))
    or address in (select u.email from public.members m join public.users u on u.id = m.user_id
      where m.workspace_id in (select private.my_workspaces('admin'))));
create policy worker_all on private.mail_suppressions for all to patchbay_worker using (true) with check (true);
grant select, delete on private.mail_suppressions to hub_user;
grant select, insert, update, delete on private.mail_suppressions to patchbay_worker;

-- How much an address got in the last hour and a workspace sent in the last day. Asked before a mail
-- is queued, by logins that may not read the outbox. Two that ask at the same moment may both pass:
-- the limits are against floods, and a lock would make callers wait for each other.
create or replace function private.mail_pace(address text, workspace uuid)
returns table (is_suppressed boolean, to_address int, of_workspace int)
language sql stable security definer set search_path = ''
as $$
  select
    exists (select 1 from private.mail_suppressions s where s.address = mail_pace.address),
    (select count(*)::int from private.mails m
      where m.recipient = mail_pace.address and m.status <> 'suppressed'
        and m.created_at > now() - interval '1 hour'),
    (select count(*)::int from private.mails m
      where m.workspace_id = mail_pace.workspace and m.status <> 'suppressed'
        and m.created_at > now() - interval '1 day')
$$;
grant execute on function private.mail_pace(text, uuid) to hub_user, patchbay_web, patchbay_worker;

-- Why the last mail of anybody could not be sent: it tells an admin what is wrong with the mail
-- server, and nothing of who was written to.
create or replace function private.last_mail_failure()
returns table (code text, at timestamptz)
language sql stable security definer set search_path = ''
as $$
  select m.code, m.ended_at from private.mails m
  where m.status = 'failed' and m.ended_at > now() - interval '7 days'
  order by m.ended_at desc limit 1
$$;
grant execute on function private.last_mail_failure() to hub_user;

-- Links to sign in by. The token is never stored, only a hash; the row goes when it is used.
create table private.sign_in_links (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  email text not null check (email = lower(email) and char_length(email) <= 254),
  return_to text not null check (char_length(return_to) <= 400),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index sign_in_links_by_expiry on private.sign_in_links (expires_at);
grant select, insert, delete on private.sign_in_links to patchbay_web;
grant select, delete on private.sign_in_links to patchbay_worker;

-- One row from the moment a connection must be authorised again until it is. Written by the database,
-- so that no way of changing the status can forget it.
create table public.connection_incidents (
  id uuid primary key,
  workspace_id uuid not null,
  connection_id uuid not null,
  code text,
  detail text check (char_length(detail) <= 1000),
  opened_at timestamptz not null default now(),
  closed_at timestamptz,
  -- When the owners and admins were written to, or it was over before they could be.
  alerted_at timestamptz,
  foreign key (workspace_id, connection_id) references public.connections (workspace_id, id) on delete cascade,
  unique (workspace_id, id)
);
create unique index connection_incidents_one_open on public.connection_incidents (connection_id) where closed_at is null;
create index connection_incidents_newest on public.connection_incidents (workspace_id, connection_id, opened_at desc);
create index connection_incidents_unsaid on public.connection_incidents (opened_at) where alerted_at is null;
call private.protect('public.connection_incidents');

create or replace function private.follow_connection_status() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.status = 'needs_reauth' then
    insert into public.connection_incidents (id, workspace_id, connection_id, code, detail)
    values (gen_random_uuid(), new.workspace_id, new.id, new.status_code, new.status_detail)
    on conflict (connection_id) where closed_at is null do nothing;
  else
    update public.connection_incidents set closed_at = now()
    where connection_id = new.id and closed_at is null;
  end if;
  return null;
end
$$;
create trigger follow_connection_status after update of status on public.connections
  for each row when (old.status is distinct from new.status)
  execute function private.follow_connection_status();

insert into public.connection_incidents (id, workspace_id, connection_id, code, detail, opened_at)
  select gen_random_uuid(), workspace_id, id, status_code, status_detail, status_at
  from public.connections where status = 'needs_reauth';

-- The last time the hub asked an idle connection whether its credential is still good.
alter table public.connections add column kept_alive_at timestamptz;
