import type { Session } from '#lib/identity/index';
import {
  getInboxEvent,
  type InboxQuery,
  listInboxEvents,
  listRefusals,
  replayInboxEvent,
} from '#lib/webhooks/index';
import type { UseCaseDeps } from './web-use-cases.ts';

/** webhooks' use cases as the web process calls them. */
export function webhookUseCases({ asBearer }: UseCaseDeps) {
  return {
    listEvents: (session: Session, query: InboxQuery) =>
      asBearer(session, (tx) => listInboxEvents(tx, query)),
    getEvent: (session: Session, eventId: string) =>
      asBearer(session, (tx) => getInboxEvent(tx, eventId)),
    /** Answers the event as it waits to be applied again. */
    replay: (session: Session, eventId: string) =>
      asBearer(session, async (tx) => {
        await replayInboxEvent(tx, eventId);
        return getInboxEvent(tx, eventId);
      }),
    listRefusals: (session: Session, at: { workspaceId: string }) =>
      asBearer(session, (tx) => listRefusals(tx, at.workspaceId)),
  };
}
