-- webhooks: an address may say by itself how its calls are signed; a replaced secret holds for a
-- while, and is then kept only to say why something is refused; a secret a service brings along by an
-- unsigned call waits for a person.

alter table public.webhook_endpoints
  -- webhookDescriptorSchema of connectors/protocol; null: what the connector's manifest says.
  add column scheme jsonb check (jsonb_typeof(scheme) = 'object' and octet_length(scheme::text) <= 20000);

alter table private.webhook_secrets
  -- Until then the previous secret verifies. Null: a registration is under way, and until it has
  -- settled the service goes on signing with that one.
  add column previous_until timestamptz;
update private.webhook_secrets set previous_until = now() + interval '24 hours' where previous_envelope is not null;
create index webhook_secrets_retired on private.webhook_secrets (previous_until) where previous_envelope is not null;

-- Anybody who knows the address could have sent it, so it verifies nothing. Sealed to the gateway.
create table private.webhook_brought_secrets (
  endpoint_id uuid primary key,
  workspace_id uuid not null,
  envelope bytea not null,
  key_id text not null,
  -- To the millisecond, as it is said again by whoever takes it over.
  brought_at timestamptz(3) not null default now(),
  foreign key (workspace_id, endpoint_id) references public.webhook_endpoints (workspace_id, id) on delete cascade
);
alter table private.webhook_brought_secrets enable row level security;
alter table private.webhook_brought_secrets force row level security;
create policy web_put on private.webhook_brought_secrets for all to patchbay_web using (true) with check (true);
create policy worker_put on private.webhook_brought_secrets for all to patchbay_worker using (true) with check (true);
grant select, insert, update, delete on private.webhook_brought_secrets to patchbay_web;
grant select, insert, update, delete on private.webhook_brought_secrets to patchbay_worker;

-- What a call has brought to an address, for an admin of its workspace to look at.
create or replace function private.brought_secret(target uuid)
returns table (workspace_id uuid, envelope bytea, brought_at timestamptz)
language sql stable security definer set search_path = ''
as $$
  select b.workspace_id, b.envelope, b.brought_at from private.webhook_brought_secrets b
  where b.endpoint_id = target and b.workspace_id in (select private.my_workspaces('admin'))
$$;
revoke all on function private.brought_secret(uuid) from public;
grant execute on function private.brought_secret(uuid) to hub_user;

-- It becomes the secret of the address, the former one holding for a day. `seen`: when the one came
-- that was looked at; another one that came since is not taken over by mistake.
create or replace function private.take_brought_secret(target uuid, seen timestamptz, sealed bytea, sealed_to text)
returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  owner uuid;
begin
  delete from private.webhook_brought_secrets b
  where b.endpoint_id = target and b.brought_at = seen
    and b.workspace_id in (select private.my_workspaces('admin'))
  returning b.workspace_id into owner;
  if not found then
    return false;
  end if;
  insert into private.webhook_secrets as s (endpoint_id, workspace_id, envelope, key_id)
  values (target, owner, sealed, sealed_to)
  on conflict (endpoint_id) do update set previous_envelope = s.envelope,
    previous_until = now() + interval '24 hours', envelope = excluded.envelope, key_id = excluded.key_id,
    updated_at = now();
  return true;
end
$$;
revoke all on function private.take_brought_secret(uuid, timestamptz, bytea, text) from public;
grant execute on function private.take_brought_secret(uuid, timestamptz, bytea, text) to hub_user;
