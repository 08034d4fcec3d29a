-- connections: apps that a form defines. A workspace may have several of one connector then, each told
-- apart by its slug, which is also a part of its own redirect URI. Apps of a provider we know stay one
-- per workspace and connector: theirs is the empty slug.

alter table public.apps
  add column slug text not null default '' check (slug ~ '^([a-z][a-z0-9-]{0,39})?$'),
  add column title text check (char_length(title) between 1 and 80),
  -- Issuer, how it is asked, scopes: what a manifest says of a provider we know.
  add column definition jsonb check (jsonb_typeof(definition) = 'object'),
  add constraint apps_defined_or_known
    check ((slug = '') = (definition is null) and (title is null) = (definition is null)
      and not (is_preset and definition is not null)),
  drop constraint apps_workspace_id_connector_key,
  add constraint apps_one_per_slug unique (workspace_id, connector, slug);

-- Connections that are only listened to: nothing is called, so there is no credential.
alter table public.connections
  drop constraint connections_auth_kind_check,
  add constraint connections_auth_kind_check check (auth_kind in ('oauth2', 'api_key', 'basic', 'webhook'));

-- Such a connection, its address and its secret are one thing: made together, or not at all. Neither
-- members nor the web login may make a connection or put a secret by themselves, so a definer
-- function does it and checks the role. False: not an admin of the workspace.
create or replace function private.make_listening_connection(
  connection uuid, endpoint uuid, workspace uuid, provider text, title text, descriptor jsonb,
  about jsonb, sealed bytea, sealed_to text, made_by uuid
) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (select 1 from private.my_workspaces('admin') w where w = workspace) then
    return false;
  end if;
  insert into public.connections (id, workspace_id, connector, auth_kind, account_id, account_name, status, delivery, created_by)
  values (connection, workspace, provider, 'webhook', endpoint::text, title, 'active', 'webhook', made_by);
  insert into public.webhook_endpoints (id, workspace_id, connection_id, connector, scope_key, scope, status, scheme, next_check_at)
  values (endpoint, workspace, connection, provider, '*', about, 'pending', descriptor, null);
  insert into private.webhook_secrets (endpoint_id, workspace_id, envelope, key_id)
  values (endpoint, workspace, sealed, sealed_to);
  return true;
end
$$;
revoke all on function private.make_listening_connection(uuid, uuid, uuid, text, text, jsonb, jsonb, bytea, text, uuid) from public;
grant execute on function private.make_listening_connection(uuid, uuid, uuid, text, text, jsonb, jsonb, bytea, text, uuid) to hub_user;

-- A new secret of such an address. The former one holds for a day, so that the service can be told
-- without losing an event; with now it ends at once. Null: no such address, or not an admin's.
create or replace function private.rotate_listening_secret(target uuid, sealed bytea, sealed_to text, is_at_once boolean)
returns timestamptz
language plpgsql security definer set search_path = ''
as $$
declare
  ends timestamptz := case when is_at_once then now() else now() + interval '24 hours' end;
begin
  update private.webhook_secrets s
  set previous_envelope = s.envelope, previous_until = ends,
    envelope = sealed, key_id = sealed_to, updated_at = now()
  from public.webhook_endpoints e
  where s.endpoint_id = target and e.id = target and e.scheme is not null and e.status <> 'removed'
    and e.workspace_id in (select private.my_workspaces('admin'));
  return case when found then ends end;
end
$$;
revoke all on function private.rotate_listening_secret(uuid, bytea, text, boolean) from public;
grant execute on function private.rotate_listening_secret(uuid, bytea, text, boolean) to hub_user;

-- Until when the former secret of an address holds; members may know that, and no more.
create or replace function private.former_secret_until(target uuid) returns timestamptz
language sql stable security definer set search_path = ''
as $$
  select s.previous_until from private.webhook_secrets s
  where s.endpoint_id = target and s.previous_envelope is not null and s.previous_until > now()
    and s.workspace_id in (select private.my_workspaces('viewer'))
$$;
revoke all on function private.former_secret_until(uuid) from public;
grant execute on function private.former_secret_until(uuid) to hub_user;
