import { awaitCommand, requestCommand } from '#lib/connections/index';
import { HubError } from '#lib/core/index';
import {
  endPreviousSecret,
  getSubscription,
  previewDraft,
  readContent,
  selectHealth,
  sendTestDelivery,
} from '#lib/delivery/index';
import type { DeliveryContent, DestinationHealth, Draft, DraftPreview } from '#lib/delivery/schema';
import { type Session, writeAudit } from '#lib/identity/index';
import { checkAddressCommand, readCheckedAddress } from './check-address.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

interface At {
  workspaceId: string;
}

const checkMs = 10_000;

/** What the guard of outgoing calls says of an address; null when it may be called. */
export async function faultOfAddress(
  { db }: Pick<UseCaseDeps, 'db'>,
  session: Session,
  at: At & { url: string },
): Promise<string | null> {
  const id = await requestCommand(db, {
    workspaceId: at.workspaceId,
    kind: checkAddressCommand,
    payload: { url: at.url },
    requestedBy: session.userId,
    timeoutMs: checkMs,
  });
  return readCheckedAddress(await awaitCommand(db, id, checkMs));
}

/** An address that would never be called is refused where it is given, and not a day later. */
export async function mustBeCallable(
  deps: Pick<UseCaseDeps, 'db'>,
  session: Session,
  at: At & { url: string },
): Promise<void> {
  const reason = await faultOfAddress(deps, session, at);
  if (reason === null) return;
  throw new HubError('request.invalid', reason, {
    details: { errors: [{ field: 'config.url', reason }] },
  });
}

/** What the Deliveries page knows and does besides the subscriptions themselves. */
export function destinationUseCases({ asBearer, db }: UseCaseDeps) {
  return {
    health: (session: Session, at: At): Promise<DestinationHealth[]> =>
      asBearer(session, (tx) => selectHealth(tx, at.workspaceId)),

    preview: async (
      session: Session,
      at: At & { draft: Draft; origin: string },
    ): Promise<DraftPreview> => {
      const { url } = at.draft;
      const urlFault = url ? await faultOfAddress({ db }, session, { ...at, url }) : null;
      return asBearer(session, (tx) => previewDraft(tx, { ...at, urlFault }));
    },

    content: (session: Session, at: { id: string; origin: string }): Promise<DeliveryContent> =>
      asBearer(session, (tx) => readContent(tx, at)),

    sendTest: (session: Session, subscriptionId: string) =>
      asBearer(session, (tx) => sendTestDelivery(tx, { subscriptionId, userId: session.userId })),

    endPreviousSecret: (session: Session, subscriptionId: string): Promise<void> =>
      asBearer(session, async (tx) => {
        const { workspace_id: workspaceId } = await getSubscription(tx, subscriptionId);
        if (!(await endPreviousSecret(tx, subscriptionId))) {
          throw new HubError('resource.conflict', 'Only the present secret is signed with.');
        }
        await writeAudit(tx, {
          workspaceId,
          actorId: session.userId,
          action: 'subscriptions.previous_secret_ended',
          subject: subscriptionId,
        });
      }),
  };
}
