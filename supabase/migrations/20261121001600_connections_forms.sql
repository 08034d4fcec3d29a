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
