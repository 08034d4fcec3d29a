import type { z } from 'zod';
import {
  type Actor,
  type ConnectionPlace,
  type ConnectionWebDeps,
  catalogue,
  checkConnection,
  connectByKey,
  deleteApp,
  disconnect,
  finishAuthorization,
  getConnection,
  listApps,
  listConnectionLog,
  listConnections,
  listLookup,
  listScopes,
  putApp,
  startAuthorization,
} from '#lib/connections/index';
import type { appInputSchema } from '#lib/connections/schema';
import { HubError, type JsonObject, newId } from '#lib/core/index';
import { type Session, writeAudit } from '#lib/identity/index';
import { listSagas } from '#lib/sagas/index';
import { createStream } from '#lib/sync/index';
import type { Stream } from '#lib/sync/schema';
import { beginDisconnect, beginStream } from './sagas/start-sagas.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

interface At {
  workspaceId: string;
}

const actorOf = ({ userId, sessionId }: Session): Actor => ({ userId, sessionId });

/** connections' use cases as the web process calls them; acts of an admin leave an audit row. */
export function connectionUseCases({ asBearer, connections: deps, identity }: UseCaseDeps) {
  const { publicUrl } = identity.settings;
  return {
    catalogue: (session: Session, at: At & { origin: string }) =>
      asBearer(session, (tx) => catalogue(tx, deps, { ...at, publicUrl })),
    list: (session: Session, at: At) => asBearer(session, (tx) => listConnections(tx, at)),
    get: (session: Session, connectionId: string) =>
      asBearer(session, (tx) => getConnection(tx, { connectionId })),
    sagas: (session: Session, at: At & { connectionId: string }) =>
      asBearer(session, (tx) => listSagas(tx, at)),
    log: (session: Session, page: { connectionId: string; before: string | null; limit: number }) =>
      asBearer(session, (tx) => listConnectionLog(tx, page)),

    listApps: (session: Session, at: At) => asBearer(session, (tx) => listApps(tx, at)),
    putApp: (session: Session, at: At, input: z.infer<typeof appInputSchema>) =>
      asBearer(session, async (tx) => {
        const app = await putApp(tx, deps, at, input);
        await writeAudit(tx, {
          workspaceId: at.workspaceId,
          actorId: session.userId,
          action: 'apps.saved',
          subject: app.id,
          details: { connector: app.connector, client_id: app.client_id },
        });
        return app;
      }),
    deleteApp: (session: Session, at: At & { appId: string }) =>
      asBearer(session, async (tx) => {
        await deleteApp(tx, at);
        await writeAudit(tx, {
          workspaceId: at.workspaceId,
          actorId: session.userId,
          action: 'apps.deleted',
          subject: at.appId,
        });
      }),

    /** A key is an account's door: who used it is written down, and what it was is not. */
    async connect(session: Session, at: At, input: Parameters<typeof connectByKey>[3]) {
      const connection = await connectByKey(deps, actorOf(session), at, input);
      await asBearer(session, (tx) =>
        writeAudit(tx, {
          workspaceId: at.workspaceId,
          actorId: session.userId,
          action: 'connections.connected',
          subject: connection.id,
          details: { connector: connection.connector, auth_kind: connection.auth_kind },
        }),
      );
      return connection;
    },
    authorize: (session: Session, request: Parameters<typeof startAuthorization>[2]) =>
      startAuthorization(deps, actorOf(session), request),
    finish: (session: Session, request: Parameters<typeof finishAuthorization>[2]) =>
      finishAuthorization(deps, actorOf(session), request),
    check: (session: Session, place: ConnectionPlace) =>
      checkConnection(deps, actorOf(session), place),
    listScopes: (session: Session, place: Parameters<typeof listScopes>[2]) =>
      listScopes(deps, actorOf(session), place),
    listLookup: (session: Session, place: Parameters<typeof listLookup>[2]) =>
      listLookup(deps, actorOf(session), place),
    async disconnect(session: Session, place: ConnectionPlace) {
      await asBearer(session, (tx) =>
        writeAudit(tx, {
          workspaceId: place.workspaceId,
          actorId: session.userId,
          action: 'connections.disconnect_asked',
          subject: place.connectionId,
        }),
      );
      await disconnect(deps, actorOf(session), place, (tx) =>
        beginDisconnect(tx, { ...place, requestedBy: session.userId }),
      );
      return asBearer(session, (tx) => getConnection(tx, place));
    },
    addStream: (session: Session, input: NewStreamInput) =>
      addStream(deps, asBearer, session, input),
  };
}

interface NewStreamInput extends ConnectionPlace {
  resource: string;
  scopeKey: string;
}

/**
 * The service is asked what there is, because a scope that merely claims to exist must not become a
 * stream: its id, title and rights are the service's word and not the browser's.
 */
async function addStream(
  deps: ConnectionWebDeps,
  asBearer: UseCaseDeps['asBearer'],
  session: Session,
  input: NewStreamInput,
): Promise<Stream> {
  const { workspaceId, connectionId, resource, scopeKey } = input;
  const connection = await asBearer(session, (tx) => getConnection(tx, { connectionId }));
  const kind = deps.connectors
    .get(connection.connector)
    ?.manifest.resources.find((candidate) => candidate.name === resource)?.kind;
  if (kind === undefined) throw new HubError('request.invalid', `There is no ${resource} here.`);
  const find = async (accept: 'fresh' | 'new') => {
    const { data } = await listScopes(deps, actorOf(session), { ...input, accept });
    return data.find((option) => option.key === scopeKey);
  };
  // One that was made a moment ago is not in a list from before.
  const chosen = (await find('fresh')) ?? (await find('new'));
  if (!chosen) {
    throw new HubError('request.invalid', 'The service does not show this scope.', {
      details: { errors: [{ field: 'scope_key', reason: 'is not among the scopes' }] },
    });
  }
  return asBearer(session, async (tx) => {
    const runId = newId();
    const stream = await createStream(tx, {
      workspaceId,
      connectionId,
      resource,
      kind,
      name: chosen.title,
      scopeKey: chosen.key,
      scope: chosen.scope as JsonObject,
      requestedBy: session.userId,
      heldRunId: runId,
    });
    await beginStream(tx, {
      workspaceId,
      connectionId,
      streamId: stream.id,
      runId,
      name: chosen.title,
      requestedBy: session.userId,
    });
    return stream;
  });
}
