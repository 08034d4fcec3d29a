import type {
  AuthorizeEndpoints,
  ConnectorApi,
  ConnectorContext,
  ConnectorManifest,
} from '#lib/connectors/protocol/index';
import { HubError, isHubError } from '#lib/core/index';
import type { Lane } from '#lib/resilience/index';
import { assertHost } from './address-of.ts';
import { type ConnectorAt, connectorOf } from './client-of.ts';
import { freshCredential, giveUp } from './fresh-credential.ts';
import { gatherReads } from './gather-reads.ts';
import { createSavedNote } from './note-saved.ts';
import { createProviderHttp } from './provider-http.ts';
import { reportFault, reportRecovery } from './report-fault.ts';
import { sendCredential } from './send-credential.ts';
import type { ConnectionAt, ConnectionDeps } from './worker-deps.ts';

export interface OpenOptions {
  lane: Lane;
  signal: AbortSignal;
  runId?: string | undefined;
  allowDisconnecting?: boolean;
}

export interface OpenConnection {
  connection: { id: string; connector: string; accountId: string; apiBaseUrl: string };
  manifest: ConnectorManifest;
  /** The connector's calls; a fault that leaves one is written to the connection's log. */
  api: ConnectorApi;
  ctx: ConnectorContext;
}

/**
 * Opens a connection for the length of one job. The credential is read and opened again for each
 * call, so that no copy outlives its use and a renewed one is seen at once. Throws
 * `connections.needs_reauth` and `connections.not_active`.
 */
export async function openConnection(
  deps: ConnectionDeps,
  at: ConnectionAt,
  options: OpenOptions,
): Promise<OpenConnection> {
  const fresh = (rejected?: string) =>
    freshCredential(deps, at, {
      signal: options.signal,
      allowDisconnecting: options.allowDisconnecting ?? false,
      ...(rejected === undefined ? {} : { rejected }),
    });
  const { row } = await fresh();
  const { manifest, api, endpoints } = connectorOf(deps, row);
  assertHost(manifest, row, endpoints.apiBaseUrl);
  const guards = deps.guards.shared(at, manifest.rate);
  const report = { deps, at, runId: options.runId, guards };
  const onSaved = createSavedNote(deps, { ...at, connector: row.connector, runId: options.runId });
  const http = createProviderHttp({
    connector: row.connector,
    baseUrl: endpoints.apiBaseUrl,
    outgoing: deps.outgoing,
    guards,
    lane: options.lane,
    clock: deps.clock,
    signal: options.signal,
    authorize: sendCredential(manifest, row.auth_kind),
    token: async (rejected) => {
      const { row: present, credential } = await fresh(rejected);
      assertUnmoved(row.auth_kind === present.auth_kind, endpoints, connectorOf(deps, present));
      return credential.accessToken;
    },
    onRefused: () => giveUp(deps, row, 'refused'),
    toError: (answer) => api.toError(answer),
    findFault: api.findFault?.bind(api),
    rateHeaders: manifest.rate.headers,
    onRecovery: (error, waitMs) => void reportRecovery(report, error, waitMs),
    onSaved,
  });
  return {
    connection: {
      id: row.id,
      connector: row.connector,
      accountId: row.account_id,
      apiBaseUrl: endpoints.apiBaseUrl,
    },
    manifest,
    api: reporting(gatherReads(api, guards, onSaved), (error) => reportFault(report, error)),
    ctx: { http, signal: options.signal, place: endpoints },
  };
}

/**
 * Somebody may have connected anew, at another address or by another kind of credential, while this
 * job goes on: what was given for the one place is not for the other.
 */
function assertUnmoved(isSameKind: boolean, before: AuthorizeEndpoints, now: ConnectorAt): void {
  if (isSameKind && before.apiBaseUrl === now.endpoints.apiBaseUrl) return;
  throw new HubError('connections.not_active', 'The connection has another address by now.', {
    retry: 'later',
    details: { sent: false },
  });
}

/** The same calls; what they throw is reported first. */
function reporting(api: ConnectorApi, report: (error: unknown) => Promise<void>): ConnectorApi {
  const watch =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      try {
        return await call(...args);
      } catch (error) {
        if (isHubError(error)) await report(error);
        throw error;
      }
    };
  return {
    account: watch(api.account.bind(api)),
    scopes: watch(api.scopes.bind(api)),
    backfill: watch(api.backfill.bind(api)),
    poll: watch(api.poll.bind(api)),
    read: watch(api.read.bind(api)),
    ...(api.readMany && { readMany: watch(api.readMany.bind(api)) }),
    update: watch(api.update.bind(api)),
    ...(api.create && { create: watch(api.create.bind(api)) }),
    ...(api.findCreated && { findCreated: watch(api.findCreated.bind(api)) }),
    ...(api.takeBack && { takeBack: watch(api.takeBack.bind(api)) }),
    ...(api.registerWebhook && { registerWebhook: watch(api.registerWebhook.bind(api)) }),
    ...(api.removeWebhook && { removeWebhook: watch(api.removeWebhook.bind(api)) }),
    ...(api.listWebhooks && { listWebhooks: watch(api.listWebhooks.bind(api)) }),
    ...(api.revoke && { revoke: watch(api.revoke.bind(api)) }),
    ...(api.lookup && { lookup: watch(api.lookup.bind(api)) }),
    ...(api.announce && { announce: watch(api.announce.bind(api)) }),
    ...(api.findFault && { findFault: api.findFault.bind(api) }),
    toError: api.toError.bind(api),
  };
}
