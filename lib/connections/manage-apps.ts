import type { z } from 'zod';
import { authOf } from '#lib/connectors/protocol/index';
import { HubError, newId } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { sealTo } from '#lib/security/index';
import { deleteAppRow, replaceSecret, selectApps, upsertApp } from './app-store.ts';
import { selfHostedEndpoints } from './endpoints.ts';
import type { App, appInputSchema } from './schema.ts';
import { clientSecretField } from './sealed-fields.ts';
import type { ConnectionWebDeps } from './web-deps.ts';

type AppInput = z.infer<typeof appInputSchema>;
type AppDeps = Pick<ConnectionWebDeps, 'connectors' | 'sealKey' | 'clock'>;

export const listApps = (tx: Tx, at: { workspaceId: string }): Promise<App[]> =>
  selectApps(tx, at.workspaceId);

/** The operator's OAuth client at a provider. The secret goes in sealed and never comes out here. */
export function putApp(
  tx: Tx,
  deps: AppDeps,
  at: { workspaceId: string },
  input: AppInput,
): Promise<App> {
  const manifest = manifestOf(deps, input.connector);
  if (authOf(manifest, 'oauth2')?.byForm) {
    throw new HubError('request.invalid', `Apps of ${manifest.provider} have a form of their own.`);
  }
  const secret = checkClient(input);
  const endpoints =
    input.base_url === undefined ? {} : selfHostedEndpoints(manifest, input.base_url);
  return writeApp(tx, deps, {
    workspaceId: at.workspaceId,
    connector: input.connector,
    clientId: input.client_id,
    endpoints,
    isPreset: false,
    secret,
  });
}

/** The app that comes with the installation (the sandbox's), for a new workspace. */
export function putPresetApp(
  tx: Tx,
  deps: AppDeps,
  preset: { workspaceId: string; connector: string; clientId: string; clientSecret: string },
): Promise<App> {
  manifestOf(deps, preset.connector);
  return writeApp(tx, deps, {
    workspaceId: preset.workspaceId,
    connector: preset.connector,
    clientId: preset.clientId,
    endpoints: {},
    isPreset: true,
    secret: preset.clientSecret,
  });
}

/** Refused while a connection uses it: without the app it could be neither refreshed nor revoked. */
export async function deleteApp(tx: Tx, at: { appId: string }): Promise<void> {
  const inUse = await deleteAppRow(tx, at.appId);
  if (inUse === null) throw new HubError('resource.not_found');
  if (inUse > 0) {
    throw new HubError(
      'resource.conflict',
      `${inUse === 1 ? 'A connection uses' : `${inUse} connections use`} this app. Disconnect first.`,
    );
  }
}

/** What is pasted often brings a line end along; neither half may hold one. */
export function checkClient(input: { client_id: string; client_secret: string }): string {
  const secret = input.client_secret.trim();
  const errors = Object.entries({ client_id: input.client_id, client_secret: secret })
    .filter(([, value]) => !/^[\x20-\x7e]+$/.test(value))
    .map(([field]) => ({ field, reason: 'is not plain ASCII on one line' }));
  if (errors.length === 0) return secret;
  throw new HubError('request.invalid', 'Client id and secret are plain ASCII on one line.', {
    details: { errors },
  });
}

export async function writeApp(
  tx: Tx,
  deps: AppDeps,
  app: Omit<Parameters<typeof upsertApp>[1], 'id'> & { secret: string },
): Promise<App> {
  const { secret, ...row } = app;
  const written = await upsertApp(tx, { ...row, id: newId(deps.clock.now()) });
  const context = { workspaceId: app.workspaceId, ownerId: written.id, field: clientSecretField };
  const sealed = sealTo(deps.sealKey, secret, context);
  await replaceSecret(tx, { appId: written.id, workspaceId: app.workspaceId, ...sealed });
  return written;
}

function manifestOf(deps: AppDeps, connector: string) {
  const found = deps.connectors.get(connector);
  if (!found) throw new HubError('request.invalid', `There is no connector named ${connector}.`);
  return found.manifest;
}
