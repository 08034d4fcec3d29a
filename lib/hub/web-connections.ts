import type { z } from 'zod';
import {
  type Actor,
  type ConnectionPlace,
  catalogue,
  checkConnection,
  checkFormApp,
  connectByKey,
  deleteApp,
  disconnect,
  type FormAppAt,
  finishAuthorization,
  getConnection,
  listApps,
  listConnectionLog,
  listConnections,
  listLookup,
  listScopes,
  putApp,
  putFormApp,
  startAuthorization,
} from '#lib/connections/index';
import type { appInputSchema } from '#lib/connections/schema';
import { type Session, writeAudit } from '#lib/identity/index';
import { listSagas } from '#lib/sagas/index';
import { addStream, type NewStreamInput, previewDefinition } from './add-stream.ts';
import { beginDisconnect } from './sagas/start-sagas.ts';
import { presetFiller } from './web-presets.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

interface At {
  workspaceId: string;
}

const actorOf = ({ userId, sessionId }: Session): Actor => ({ userId, sessionId });

/** connections' use cases as the web process calls them; acts of an admin leave an audit row. */
export function connectionUseCases({ asBearer, connections: deps, identity, env }: UseCaseDeps) {
  const fillPresets = presetFiller(env, deps);
  const { publicUrl } = identity.settings;
  return {
    async catalogue(session: Session, at: At & { origin: string }) {
      if (session.workspaces.some(({ id }) => id === at.workspaceId)) {
        await fillPresets(at.workspaceId, await asBearer(session, (tx) => listApps(tx, at)));
      }
      return asBearer(session, (tx) => catalogue(tx, deps, { ...at, publicUrl }));
    },
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
    checkFormApp: (session: Session, at: FormAppAt, place: Parameters<typeof checkFormApp>[3]) =>
      checkFormApp(deps, actorOf(session), at, place),
    putFormApp: (session: Session, at: FormAppAt, input: Parameters<typeof putFormApp>[3]) =>
      putFormApp(deps, actorOf(session), at, input, (tx, app) =>
        writeAudit(tx, {
          workspaceId: at.workspaceId,
          actorId: session.userId,
          action: 'apps.saved',
          subject: app.id,
          details: { connector: app.connector, slug: app.slug, client_id: app.client_id },
        }),
      ),
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
    /** What a definition would bring, with nothing kept. */
    async preview(session: Session, input: Parameters<typeof previewDefinition>[3]) {
      const { preview } = await previewDefinition(deps, asBearer, session, input);
      return preview;
    },
    addStream: (session: Session, input: NewStreamInput) =>
      addStream(deps, asBearer, session, input),
  };
}
