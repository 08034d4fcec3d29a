-- webhooks: the address of an app. Some services take no registration from us: a person pastes our
-- address into their console and their signing secret here. Such an address belongs to the app and
-- not to one connection; its id is the app's, so it is known before there is a secret.

alter table public.webhook_endpoints
  alter column connection_id drop not null,
  add column app_id uuid,
  -- The service has asked, signed with the right secret, whether we are there.
  add column challenged_at timestamptz,
  add constraint webhook_endpoints_app_fkey
    foreign key (workspace_id, app_id) references public.apps (workspace_id, id) on delete cascade,
  add constraint webhook_endpoints_one_per_app unique (app_id),
  add constraint webhook_endpoints_one_owner
    check (num_nonnulls(connection_id, app_id) = 1 and (app_id is null or app_id = id));

grant update (challenged_at) on public.webhook_endpoints to patchbay_web;

-- A new secret starts anew: whether it is the right one is not known before something signed with it
-- has come, and what the former one proved says nothing. The web login may neither make nor drop a
-- secret by itself, so one definer function does both and checks the role. False: not an admin's app.
create or replace function private.set_app_webhook(target uuid, sealed bytea, sealed_to text) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  app record;
begin
  select a.id, a.workspace_id, a.connector into app from public.apps a
  where a.id = target and a.workspace_id in (select private.my_workspaces('admin'));
  if not found then
    return false;
  end if;
  insert into public.webhook_endpoints as e (id, workspace_id, app_id, connector, scope_key, status, next_check_at)
  values (app.id, app.workspace_id, app.id, app.connector, '*', 'pending', null)
  on conflict (id) do update set status = 'pending', detail = null, challenged_at = null, last_received_at = null
    where e.app_id = app.id;
  -- The id is another endpoint's: nothing of that one is touched.
  if not found then
    return false;
  end if;
  delete from private.webhook_secrets s where s.endpoint_id = app.id;
  insert into private.webhook_secrets (endpoint_id, workspace_id, envelope, key_id)
  values (app.id, app.workspace_id, sealed, sealed_to);
  return true;
end
$$;
revoke all on function private.set_app_webhook(uuid, bytea, text) from public;
grant execute on function private.set_app_webhook(uuid, bytea, text) to hub_user;

-- Whose event it is. The gateway's login reads no connections; it may ask for this one, within the
-- workspace whose secret has just proven the event.
create or replace function private.connection_of_account(endpoint uuid, account text) returns uuid
language sql stable security definer set search_path = ''
as $$
  select c.id
  from public.webhook_endpoints e
  join public.connections c on c.workspace_id = e.workspace_id and c.app_id = e.app_id
  where e.id = endpoint and c.account_id = account and c.status <> 'disconnected'
$$;
revoke all on function private.connection_of_account(uuid, text) from public;
grant execute on function private.connection_of_account(uuid, text) to patchbay_web;
