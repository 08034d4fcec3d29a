import type { Route } from '../contract.ts';
import { appRoutes } from './apps.ts';
import { conflictRoutes } from './conflicts.ts';
import { connectionRoutes } from './connections.ts';
import { deliveryRoutes } from './deliveries.ts';
import { destinationRoutes } from './destinations.ts';
import { flowCreationRoutes } from './flow-creations.ts';
import { flowPlanRoutes } from './flow-plans.ts';
import { flowRoutes } from './flows.ts';
import { hubRoutes, openApiRoute } from './hub.ts';
import { memberRoutes } from './identity-members.ts';
import { sessionRoutes } from './identity-session.ts';
import { inboundLimitRoutes } from './inbound-limits.ts';
import { keyRoutes } from './keys.ts';
import { lineageRoutes } from './lineage.ts';
import { listeningRoutes } from './listening.ts';
import { mailRoutes } from './mail.ts';
import { metadataRoutes } from './metadata.ts';
import { proxyRoutes } from './proxy.ts';
import { queueRoutes } from './queues.ts';
import { recordRoutes } from './records.ts';
import { replayRoutes } from './replays.ts';
import { sandboxRoutes } from './sandbox.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { syncRoutes } from './sync.ts';
import { undoRoutes } from './undos.ts';
import { webhookRoutes } from './webhooks.ts';

/** Every route there is. What is not here is not served; the matrix is generated from it. */
export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...memberRoutes,
  ...appRoutes,
  ...connectionRoutes,
  ...listeningRoutes,
  ...metadataRoutes,
  ...proxyRoutes,
  ...syncRoutes,
  ...flowCreationRoutes,
  ...flowPlanRoutes,
  ...flowRoutes,
  ...recordRoutes,
  ...undoRoutes,
  ...lineageRoutes,
  ...conflictRoutes,
  ...webhookRoutes,
  ...replayRoutes,
  ...subscriptionRoutes,
  ...deliveryRoutes,
  ...destinationRoutes,
  ...mailRoutes,
  ...hubRoutes,
  ...inboundLimitRoutes,
  ...sandboxRoutes,
  ...keyRoutes,
  ...queueRoutes,
  openApiRoute(() => routes),
];
