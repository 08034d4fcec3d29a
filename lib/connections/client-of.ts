import type {
  AuthorizeEndpoints,
  ConnectorApi,
  ConnectorManifest,
} from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import { readAppSecret } from './app-store.ts';
import type { UsableRow } from './credential-store.ts';
import { resolveEndpoints } from './endpoints.ts';
import { type Defined, filledIn } from './form-app.ts';
import { openSealed } from './open-sealed.ts';
import { clientSecretField } from './sealed-fields.ts';
import type { TokenClient } from './token-endpoint.ts';
import type { ConnectionDeps } from './worker-deps.ts';

export interface ConnectorAt {
  manifest: ConnectorManifest;
  api: ConnectorApi;
  endpoints: AuthorizeEndpoints;
}

/** The connector of a connection, and the addresses the connection was made with. */
export function connectorOf(
  deps: Pick<ConnectionDeps, 'registry' | 'presetEndpoints'>,
  place: {
    connector: string;
    is_preset: boolean;
    endpoints: Partial<AuthorizeEndpoints>;
  } & Partial<Defined>,
): ConnectorAt {
  const found = deps.registry.get(place.connector);
  if (!found) {
    throw new HubError('connections.not_active', `There is no connector ${place.connector} here.`);
  }
  return {
    api: found.api,
    manifest: filledIn(found.manifest, { title: null, definition: null, ...place }),
    endpoints: resolveEndpoints(found.manifest, place, deps.presetEndpoints),
  };
}

/** The OAuth client of an app, its secret opened for the call that follows. */
export async function openClient(
  deps: ConnectionDeps,
  connector: ConnectorAt,
  app: { workspaceId: string; appId: string | null; clientId: string | null },
): Promise<TokenClient> {
  const at = { workspaceId: app.workspaceId, appId: app.appId ?? '' };
  const envelope = app.appId === null ? null : await readAppSecret(deps.db, at);
  if (!envelope || app.clientId === null) {
    throw new HubError(
      'connections.app_missing',
      `The OAuth app of ${connector.manifest.provider} is not set up any more.`,
    );
  }
  const secret = await openSealed(deps, envelope, {
    workspaceId: at.workspaceId,
    ownerId: at.appId,
    field: clientSecretField,
  });
  return {
    manifest: connector.manifest,
    endpoints: connector.endpoints,
    clientId: app.clientId,
    clientSecret: secret.toString('utf8'),
    outgoing: deps.outgoing,
    nowMs: deps.clock.now(),
  };
}

/**
 * The client of a connection that exists. Its secret goes where its app points now: a connection made
 * while the app pointed elsewhere would otherwise hand the new secret to the old address.
 */
export async function clientOfRow(
  deps: ConnectionDeps,
  connector: ConnectorAt,
  row: UsableRow,
): Promise<TokenClient> {
  const app = { ...row, endpoints: row.app_endpoints ?? {} };
  const present = resolveEndpoints(connector.manifest, app, deps.presetEndpoints);
  const { tokenUrl, revokeUrl } = connector.endpoints;
  if (present.tokenUrl !== tokenUrl || present.revokeUrl !== revokeUrl) {
    throw new HubError(
      'connections.app_missing',
      `The OAuth app of ${connector.manifest.provider} is set up for another address by now. Connect again.`,
    );
  }
  return openClient(deps, connector, {
    workspaceId: row.workspace_id,
    appId: row.app_id,
    clientId: row.client_id,
  });
}
