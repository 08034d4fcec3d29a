import { listApps } from '#lib/connections/index';
import type { App } from '#lib/connections/schema';
import { HubError } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { type Session, writeAudit } from '#lib/identity/index';
import {
  countInboxEvents,
  getInboxEvent,
  type HandConnector,
  type InboxQuery,
  listAppWebhooks,
  listDeadLetters,
  listInboxEvents,
  listQuarantine,
  listRefusals,
  putAppWebhook,
  replayInboxEvent,
} from '#lib/webhooks/index';
import { presetConsole } from './preset-endpoints.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

type Connections = UseCaseDeps['connections'];

/** What a workspace has of the connectors whose service is told our address by a person. */
async function byHandIn(
  tx: Tx,
  connections: Connections,
  at: { workspaceId: string },
): Promise<HandConnector[]> {
  const apps = await listApps(tx, at);
  return connections.connectors.list().flatMap(({ manifest }) => {
    const registration = manifest.webhook?.registration;
    if (registration?.mode !== 'manual' || registration.per !== 'app') return [];
    const app = apps.find(({ connector }) => connector === manifest.name);
    return [
      {
        connector: manifest.name,
        registration,
        app: app ? placeOf(connections, app, manifest.endpoints, registration.consoleUrl) : null,
      },
    ];
  });
}

/** The sandbox's app has its console beside this hub. */
function placeOf(
  connections: Connections,
  app: App,
  usual: { apiBaseUrl: string | null },
  consoleUrl: string | null,
): HandConnector['app'] {
  const own = app.is_preset ? connections.presetEndpoints(app.connector) : app.endpoints;
  return {
    id: app.id,
    apiBaseUrl: own?.['apiBaseUrl'] ?? usual.apiBaseUrl ?? '',
    consoleUrl: app.is_preset ? presetConsole(app.connector) : consoleUrl,
  };
}

/** webhooks' use cases as the web process calls them. */
export function webhookUseCases({ asBearer, connections, env }: UseCaseDeps) {
  const where = { publicUrl: env.PUBLIC_URL, port: env.GATEWAY_PORT ?? env.PORT };
  return {
    listAppWebhooks: (session: Session, at: { workspaceId: string }) =>
      asBearer(session, async (tx) =>
        listAppWebhooks(tx, where, at, await byHandIn(tx, connections, at)),
      ),
    /** Who pasted a signing secret is written down, and what it was is not. */
    putAppWebhook: (session: Session, at: { workspaceId: string; appId: string }, secret: string) =>
      asBearer(session, async (tx) => {
        const found = (await byHandIn(tx, connections, at)).find(({ app }) => app?.id === at.appId);
        if (!found) {
          throw new HubError('resource.conflict', 'This app’s webhooks are not set up by hand.');
        }
        if (env.SEAL_GATEWAY_PUBLIC_KEY === undefined) {
          throw new HubError(
            'resource.conflict',
            'SEAL_GATEWAY_PUBLIC_KEY is not set for the web process, so no secret can be sealed.',
          );
        }
        await putAppWebhook(tx, env.SEAL_GATEWAY_PUBLIC_KEY, at, secret);
        await writeAudit(tx, {
          workspaceId: at.workspaceId,
          actorId: session.userId,
          action: 'apps.webhook_saved',
          subject: at.appId,
          details: { connector: found.connector },
        });
        const [state] = await listAppWebhooks(tx, where, at, [found]);
        if (!state) throw new HubError('resource.not_found');
        return state;
      }),
    listEvents: (session: Session, query: InboxQuery) =>
      asBearer(session, (tx) => listInboxEvents(tx, query)),
    getEvent: (session: Session, eventId: string) =>
      asBearer(session, (tx) => getInboxEvent(tx, eventId)),
    countEvents: (session: Session, at: { workspaceId: string }) =>
      asBearer(session, (tx) => countInboxEvents(tx, at.workspaceId)),
    listDeadLetters: (session: Session, at: { workspaceId: string }) =>
      asBearer(session, (tx) => listDeadLetters(tx, at.workspaceId)),
    /** Answers the event as it waits to be applied again. */
    replay: (session: Session, eventId: string) =>
      asBearer(session, async (tx) => {
        await replayInboxEvent(tx, eventId);
        return getInboxEvent(tx, eventId);
      }),
    listQuarantine: (session: Session, page: Parameters<typeof listQuarantine>[1]) =>
      asBearer(session, (tx) => listQuarantine(tx, page)),
    listRefusals: (session: Session, at: { workspaceId: string }) =>
      asBearer(session, (tx) => listRefusals(tx, at.workspaceId)),
  };
}
