import type { AuthorizeEndpoints } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import { json, type Queryable, type Tx } from '#lib/db/index';
import type { FormDefinition } from './form-app-shape.ts';
import type { App } from './schema.ts';

export interface AppRow {
  id: string;
  workspace_id: string;
  connector: string;
  client_id: string;
  endpoints: Partial<AuthorizeEndpoints>;
  is_preset: boolean;
  /** Empty for a provider we know, and so are the two below. */
  slug: string;
  title: string | null;
  definition: FormDefinition | null;
}

/** The app of a provider we know. */
export async function findApp(
  db: Queryable,
  at: { workspaceId: string; connector: string },
): Promise<AppRow | null> {
  const [row] = await db<AppRow[]>`
    select id, workspace_id, connector, client_id, endpoints, is_preset, slug, title, definition
    from public.apps
    where workspace_id = ${at.workspaceId} and connector = ${at.connector} and slug = ''`;
  return row ?? null;
}

export async function readApp(
  db: Queryable,
  at: { workspaceId: string; appId: string },
): Promise<AppRow | null> {
  const [row] = await db<AppRow[]>`
    select id, workspace_id, connector, client_id, endpoints, is_preset, slug, title, definition
    from public.apps where workspace_id = ${at.workspaceId} and id = ${at.appId}`;
  return row ?? null;
}

export async function selectApps(tx: Tx, workspaceId: string): Promise<App[]> {
  return tx<App[]>`
    select id, connector, slug, title, definition, client_id, endpoints, is_preset, updated_at
    from public.apps where workspace_id = ${workspaceId} order by connector, slug`;
}

export interface NewApp {
  id: string;
  workspaceId: string;
  connector: string;
  clientId: string;
  endpoints: Partial<AuthorizeEndpoints>;
  isPreset: boolean;
  /** Of a service that a form describes. */
  form?: { slug: string; title: string; definition: FormDefinition };
}

/** A changed app keeps its id, so that connections made with it stay its own. */
export async function upsertApp(tx: Tx, app: NewApp): Promise<App> {
  const [row] = await tx<App[]>`
    insert into public.apps (id, workspace_id, connector, slug, title, definition, client_id, endpoints, is_preset)
    values (${app.id}, ${app.workspaceId}, ${app.connector}, ${app.form?.slug ?? ''},
      ${app.form?.title ?? null}, ${app.form ? json(tx, app.form.definition) : null}, ${app.clientId},
      ${json(tx, app.endpoints)}, ${app.isPreset})
    on conflict (workspace_id, connector, slug) do update set title = excluded.title,
      definition = excluded.definition, client_id = excluded.client_id,
      endpoints = excluded.endpoints, is_preset = excluded.is_preset, updated_at = now()
    returning id, connector, slug, title, definition, client_id, endpoints, is_preset, updated_at`;
  if (!row) throw new Error('The app was not written');
  return row;
}

/** The old secret goes first: the web process may write a sealed value and has no right to read one. */
export async function replaceSecret(
  tx: Tx,
  secret: { appId: string; workspaceId: string; envelope: Buffer; keyId: string },
): Promise<void> {
  await tx`select private.drop_app_secret(${secret.appId})`;
  await tx`
    insert into private.app_secrets (app_id, workspace_id, envelope, key_id)
    values (${secret.appId}, ${secret.workspaceId}, ${secret.envelope}, ${secret.keyId})`;
}

/** Worker only. */
export async function readAppSecret(
  db: Queryable,
  at: { workspaceId: string; appId: string },
): Promise<Buffer | null> {
  const [row] = await db<{ envelope: Buffer }[]>`
    select envelope from private.app_secrets
    where workspace_id = ${at.workspaceId} and app_id = ${at.appId}`;
  return row?.envelope ?? null;
}

/** Answers the number of connections that still use it, or null when there is no such app. */
export async function deleteAppRow(tx: Tx, appId: string): Promise<number | null> {
  const [use] = await tx<{ connections: number }[]>`
    select (select count(*) from public.connections c
      where c.app_id = a.id and c.workspace_id = a.workspace_id and c.status <> 'disconnected')::int as connections
    from public.apps a where a.id = ${appId}`;
  if (!use) return null;
  if (use.connections > 0) return use.connections;
  await tx`update public.connections set app_id = null where app_id = ${appId} and status = 'disconnected'`;
  const gone = await tx`delete from public.apps where id = ${appId} returning id`;
  // Row security lets members see an app that only admins may delete.
  if (gone.length === 0) throw new HubError('identity.forbidden');
  return 0;
}
