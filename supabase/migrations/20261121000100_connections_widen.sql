-- A connection may be made with a pasted key or a password; then it has no app.
-- How its credential is sent follows from this and the connector's manifest.
alter table public.connections
  add column auth_kind text not null default 'oauth2' check (auth_kind in ('oauth2', 'api_key', 'basic')),
  -- Made with the sandbox, whose address comes from the running configuration. With an app this is
  -- the app's to say.
  add column is_preset boolean not null default false;
