/**
 * connections: a workspace's authorised accounts at providers, from the first redirect to the
 * receipt of the last.
 *
 * Invariants
 * - An authorization belongs to one session, user, workspace, connector and redirect URI, and its
 *   state is taken once. Anything else has a code of its own and no token request.
 * - A code or credential is in the clear only inside the worker, for the length of one call. This
 *   room opens secrets by the `Opener` it is handed and never enters the opening door.
 * - A credential is refreshed by whoever holds its lease, written over the version that was read,
 *   and used only after that commit. What cannot be refreshed says so: needs_reauth, with the cause.
 * - A credential goes to its connection's API host and nowhere else.
 *
 * The web side (first half) writes rows and seals; the worker side (second half) calls providers.
 */
import 'server-only';

export { alertIncidents, type ConnectionAlert } from './alert-incidents.ts';
export { checkCommand } from './ask-commands.ts';
export { admitProxyCall, proxyByCommand, readProxyCall } from './ask-proxy.ts';
export { type ConnectionPlace, checkConnection, disconnect } from './ask-worker.ts';
export { authorizeCommand } from './authorize-command.ts';
export { callLimits } from './call-limits.ts';
export { awaitCommand, requestCommand } from './command-request.ts';
export { type CommandKind, enqueueDueCommands, runCommand } from './command-runner.ts';
export { dropPassedCalls } from './command-store.ts';
export { connectByKey } from './connect-by-key.ts';
export { connectCommand } from './connect-command.ts';
export { logConnection } from './connection-log.ts';
export {
  eraseAccess,
  isDisconnecting,
  type Revocation,
  revokeAccess,
  writeReceipt,
} from './disconnect-steps.ts';
export { exchangeCommand } from './exchange-command.ts';
export { finishAuthorization } from './finish-authorization.ts';
export { createConnectionGuards } from './guards.ts';
export { inspectCommand } from './inspect-place.ts';
export { enqueueIdleConnections, keepAlive } from './keep-alive.ts';
export {
  catalogue,
  getConnection,
  listConnectionLog,
  listConnections,
} from './list-connections.ts';
export { deleteApp, listApps, putApp, putPresetApp } from './manage-apps.ts';
export { checkFormApp, type FormAppAt, putFormApp } from './manage-form-apps.ts';
export { lookupCommand, scopesCommand } from './metadata-commands.ts';
export { metadataTags } from './metadata-topics.ts';
export { openConnection } from './open-connection.ts';
export { auditRefusal } from './open-sealed.ts';
export { previewCommand } from './preview-command.ts';
export { previewStream } from './preview-stream.ts';
export { type ProxyAnswer, proxyCall } from './proxy-call.ts';
export { proxyCommand } from './proxy-command.ts';
export { type ProxyCall, type ProxyMethod, proxyCallSchema } from './proxy-shape.ts';
export { type Accept, listLookup, listScopes } from './read-metadata.ts';
export { appSecretShelf, credentialShelf } from './sealed-shelves-store.ts';
export { startAuthorization } from './start-authorization.ts';
export { dropOldRows, enqueueDueRefreshes, runRefresh } from './sweep-refreshes.ts';
export type { Actor, ConnectionWebDeps } from './web-deps.ts';
export type { Connected, ConnectionAt, ConnectionDeps, ConnectorRegistry } from './worker-deps.ts';
