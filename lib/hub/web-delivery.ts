import { systemClock } from '#lib/core/index';
import {
  cancelReplay,
  changeSecret,
  changeSubscription,
  createSubscription,
  deleteSubscription,
  getDelivery,
  getSubscription,
  listDeliveries,
  listReplays,
  listSubscriptions,
  readAnalytics,
  redriveDeliveries,
  redriveDelivery,
  skipDelivery,
  startReplay,
} from '#lib/delivery/index';
import type {
  AnalyticsQuery,
  DeliveryFilter,
  RedriveMany,
  ReplayInput,
  SecretInput,
  SubscriptionInput,
  SubscriptionPatch,
} from '#lib/delivery/schema';
import type { Session } from '#lib/identity/index';
import { mustBeCallable } from './web-destinations.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

interface At {
  workspaceId: string;
}

/** delivery's use cases as the web process calls them. */
export function deliveryUseCases({ asBearer, env, db }: UseCaseDeps) {
  const deps = ({ userId }: Session) => ({ userId, sealKey: env.SEAL_WORKER_PUBLIC_KEY });
  return {
    listSubscriptions: (session: Session, at: At) =>
      asBearer(session, (tx) => listSubscriptions(tx, at)),
    getSubscription: (session: Session, id: string) =>
      asBearer(session, (tx) => getSubscription(tx, id)),
    createSubscription: async (session: Session, at: At & { input: SubscriptionInput }) => {
      const { input, workspaceId } = at;
      if (input.kind === 'webhook') {
        await mustBeCallable({ db }, session, { workspaceId, url: input.config.url });
      }
      return asBearer(session, (tx) => createSubscription(tx, deps(session), at));
    },
    changeSubscription: async (
      session: Session,
      at: At & { id: string; patch: SubscriptionPatch },
    ) => {
      const url = at.patch.config?.['url'];
      if (typeof url === 'string') {
        await mustBeCallable({ db }, session, { workspaceId: at.workspaceId, url });
      }
      return asBearer(session, (tx) => changeSubscription(tx, deps(session), at));
    },
    deleteSubscription: (session: Session, id: string) =>
      asBearer(session, (tx) => deleteSubscription(tx, deps(session), { id })),
    changeSecret: (session: Session, at: { id: string; input: SecretInput }) =>
      asBearer(session, (tx) => changeSecret(tx, deps(session), at)),

    listReplays: (session: Session, subscriptionId: string) =>
      asBearer(session, (tx) => listReplays(tx, subscriptionId)),
    startReplay: (session: Session, at: { subscriptionId: string; input: ReplayInput }) =>
      asBearer(session, (tx) => startReplay(tx, { ...at, userId: session.userId })),
    cancelReplay: (session: Session, at: { subscriptionId: string; replayId: string }) =>
      asBearer(session, (tx) => cancelReplay(tx, { ...at, userId: session.userId })),

    listDeliveries: (
      session: Session,
      at: At & { filter: DeliveryFilter; cursor: string | undefined; limit: number },
    ) => asBearer(session, (tx) => listDeliveries(tx, at)),
    getDelivery: (session: Session, id: string) => asBearer(session, (tx) => getDelivery(tx, id)),
    redriveDelivery: (session: Session, id: string) =>
      asBearer(session, (tx) => redriveDelivery(tx, { id, userId: session.userId })),
    redriveDeliveries: (session: Session, at: At & { want: RedriveMany }) =>
      asBearer(session, (tx) => redriveDeliveries(tx, { ...at, userId: session.userId })),
    skipDelivery: (session: Session, id: string) =>
      asBearer(session, (tx) => skipDelivery(tx, { id, userId: session.userId })),

    analytics: (session: Session, at: At & { query: AnalyticsQuery }) =>
      asBearer(session, (tx) => readAnalytics(tx, systemClock, at)),
  };
}
