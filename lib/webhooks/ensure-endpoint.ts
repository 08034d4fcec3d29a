import { randomBytes } from 'node:crypto';
import type { ConnectorApi, ConnectorContext } from '#lib/connectors/protocol/index';
import { type Clock, isHubError, type JsonObject, newId } from '#lib/core/index';
import { type Db, transaction } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import { sealTo } from '#lib/security/index';
import {
  dropEndpoint,
  type EndpointRow,
  putSecret,
  selectEndpoints,
  selectMisplaced,
  setEndpoint,
  takeEndpoint,
} from './endpoint-store.ts';
import { endpointUrl, webhookBase } from './webhook-address.ts';

/** What registering needs of an open connection; hub binds openConnection to it. */
export interface HookAccess {
  connector: string;
  apiBaseUrl: string;
  api: Pick<ConnectorApi, 'registerWebhook' | 'removeWebhook'>;
  ctx: ConnectorContext;
}

export interface EndpointDeps {
  /** The worker's login. */
  db: Db;
  connect(
    at: { workspaceId: string; connectionId: string },
    signal: AbortSignal,
  ): Promise<HookAccess>;
  /** The gateway's public key: the worker makes a secret and cannot read it again. */
  sealKey: string;
  publicUrl: string | undefined;
  port: number;
  clock: Clock;
  log: Logger;
}

export interface EndpointRequest {
  workspaceId: string;
  connectionId: string;
  scopeKey: string;
  scope: JsonObject;
}

export type EndpointResult =
  | { status: 'active'; endpointId: string }
  /** `isFinal` false: the service had a fault, asking again later may work. */
  | { status: 'unavailable'; reason: string; isFinal: boolean };

const secretField = 'webhook_secret';
/** Bytes of chance in a webhook secret; the service gets them in hex. */
const secretBytes = 32;
const misplacedMax = 500;

/**
 * Sees to it that the service posts changes of this scope to us: desired state first, then the call,
 * then what came of it, so that a crash in between is repaired by calling this again.
 */
export async function ensureEndpoint(
  deps: EndpointDeps,
  request: EndpointRequest,
  signal: AbortSignal,
): Promise<EndpointResult> {
  const access = await deps.connect(request, signal);
  if (!access.api.registerWebhook) {
    const reason = 'The service lets no webhook be registered for it; it is polled.';
    return { status: 'unavailable', reason, isFinal: true };
  }
  const base = webhookBase({ ...deps, apiBaseUrl: access.apiBaseUrl });
  if ('unavailable' in base) {
    return { status: 'unavailable', reason: base.unavailable, isFinal: true };
  }
  const prepared = await prepare(deps, request, access.connector, base.baseUrl);
  if (prepared.secret === null) return { status: 'active', endpointId: prepared.row.id };
  const at = { workspaceId: request.workspaceId, endpointId: prepared.row.id };
  const target = { url: prepared.url, secret: prepared.secret };
  try {
    const { remoteId } = await access.api.registerWebhook(access.ctx, request.scope, target);
    await setEndpoint(deps.db, at, { status: 'active', url: prepared.url, remoteId });
    if (prepared.row.remoteId !== null && prepared.row.remoteId !== remoteId) {
      await removeRemote(deps, access, prepared.row, prepared.row.remoteId);
    }
    return { status: 'active', endpointId: at.endpointId };
  } catch (error) {
    if (!isHubError(error)) throw error;
    await setEndpoint(deps.db, at, { status: 'failed', detail: error.message });
    return { status: 'unavailable', reason: error.message, isFinal: error.retry === 'never' };
  }
}

/** The row, and a new secret unless the service is known to post to this address already. */
function prepare(
  deps: EndpointDeps,
  request: EndpointRequest,
  connector: string,
  baseUrl: string,
): Promise<{ row: EndpointRow; url: string; secret: string | null }> {
  return transaction(deps.db, async (tx) => {
    const row = await takeEndpoint(tx, { ...request, connector, id: newId(deps.clock.now()) });
    const url = endpointUrl(baseUrl, connector, row.id);
    if (row.status === 'active' && row.url === url) return { row, url, secret: null };
    const at = { workspaceId: row.workspaceId, endpointId: row.id };
    const secret = randomBytes(secretBytes).toString('hex');
    const context = { workspaceId: row.workspaceId, ownerId: row.id, field: secretField };
    await putSecret(tx, { ...at, ...sealTo(deps.sealKey, secret, context) });
    await setEndpoint(tx, at, { status: 'pending' });
    return { row, url, secret };
  });
}

/**
 * Takes the registrations of a connection back. A service that refuses is logged and not asked
 * again: its calls find no such address from now on.
 */
export async function removeEndpoints(
  deps: EndpointDeps,
  at: { workspaceId: string; connectionId: string },
  signal: AbortSignal,
): Promise<void> {
  const rows = await selectEndpoints(deps.db, at);
  if (rows.length === 0) return;
  const access = await connectIfPossible(deps, at, signal);
  for (const row of rows) {
    const fault =
      access && row.remoteId !== null
        ? await removeRemote(deps, access, row, row.remoteId)
        : row.remoteId === null
          ? null
          : 'The connection could not be opened, so the service was not told.';
    await transaction(deps.db, (tx) =>
      dropEndpoint(tx, { workspaceId: row.workspaceId, endpointId: row.id }, fault),
    );
  }
}

/**
 * Registers anew what was registered under an address that is not ours any more (another port,
 * another PUBLIC_URL). For the start of the worker; returns how many were looked at.
 */
export async function realignEndpoints(deps: EndpointDeps, signal: AbortSignal): Promise<number> {
  const origins = [deps.publicUrl ?? `http://127.0.0.1:${deps.port}`];
  const rows = await selectMisplaced(deps.db, origins, misplacedMax);
  for (const row of rows) {
    if (signal.aborted) break;
    try {
      await ensureEndpoint(deps, row, signal);
    } catch (error) {
      if (!isHubError(error)) throw error;
      deps.log.warn('a webhook could not be moved to the new address', {
        err: error,
        endpoint_id: row.id,
        connection_id: row.connectionId,
      });
    }
  }
  return rows.length;
}

async function connectIfPossible(
  deps: EndpointDeps,
  at: { workspaceId: string; connectionId: string },
  signal: AbortSignal,
): Promise<HookAccess | null> {
  try {
    return await deps.connect(at, signal);
  } catch (error) {
    if (!isHubError(error)) throw error;
    deps.log.warn('webhooks stay registered at the service', {
      err: error,
      connection_id: at.connectionId,
    });
    return null;
  }
}

/** Null when it is gone, else why not. */
async function removeRemote(
  deps: EndpointDeps,
  access: HookAccess,
  row: EndpointRow,
  remoteId: string,
): Promise<string | null> {
  try {
    await access.api.removeWebhook?.(access.ctx, row.scope, remoteId);
    return null;
  } catch (error) {
    if (!isHubError(error)) throw error;
    deps.log.warn('a webhook could not be removed at the service', {
      err: error,
      endpoint_id: row.id,
      connection_id: row.connectionId,
    });
    return error.message;
  }
}
