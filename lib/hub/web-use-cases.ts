import type { ConnectionWebDeps } from '#lib/connections/index';
import type { Db, Tx } from '#lib/db/index';
import type { WebEnv } from '#lib/env/index';
import type { IdentityDeps, Session } from '#lib/identity/index';
import type { Logger } from '#lib/observability/index';
import type { InboundLimits } from './inbound-limits.ts';
import { boardUseCases } from './web-board.ts';
import { cacheUseCases } from './web-cache.ts';
import { conflictUseCases } from './web-conflicts.ts';
import { connectionUseCases } from './web-connections.ts';
import { deliveryUseCases } from './web-delivery.ts';
import { destinationUseCases } from './web-destinations.ts';
import { flowCreationUseCases } from './web-flow-creations.ts';
import { flowPlanUseCases } from './web-flow-plans.ts';
import { flowUseCases } from './web-flows.ts';
import { identityUseCases } from './web-identity.ts';
import { keyUseCases } from './web-keys.ts';
import { limitUseCases } from './web-limits.ts';
import { lineageUseCases } from './web-lineage.ts';
import { listeningUseCases } from './web-listening.ts';
import { mailUseCases } from './web-mail.ts';
import { outboundUseCases } from './web-outbound.ts';
import { proxyUseCases } from './web-proxy.ts';
import { queueUseCases } from './web-queues.ts';
import { recordUseCases } from './web-records.ts';
import { replayUseCases } from './web-replays.ts';
import { sandboxUseCases } from './web-sandbox.ts';
import { syncUseCases } from './web-sync.ts';
import { undoUseCases } from './web-undo.ts';
import { webhookUseCases } from './web-webhooks.ts';

export interface UseCaseDeps {
  identity: IdentityDeps;
  connections: ConnectionWebDeps;
  db: Db;
  env: WebEnv;
  log: Logger;
  limits: InboundLimits;
  /** A transaction under the bearer's claims. */
  asBearer: <T>(session: Session, work: (tx: Tx) => Promise<T>) => Promise<T>;
}

/** Room by room, what routes and pages may ask for. */
export function webUseCases(deps: UseCaseDeps) {
  return {
    identity: identityUseCases(deps),
    connections: connectionUseCases(deps),
    records: recordUseCases(deps),
    conflicts: conflictUseCases(deps),
    sync: syncUseCases(deps),
    flowCreations: flowCreationUseCases(deps),
    flowPlans: flowPlanUseCases(deps),
    flows: flowUseCases(deps),
    delivery: deliveryUseCases(deps),
    destinations: destinationUseCases(deps),
    webhooks: webhookUseCases(deps),
    listening: listeningUseCases(deps),
    replays: replayUseCases(deps),
    mail: mailUseCases(deps),
    board: boardUseCases(deps),
    cache: cacheUseCases(deps),
    limits: limitUseCases(deps),
    outbound: outboundUseCases(deps),
    proxy: proxyUseCases(deps),
    sandbox: sandboxUseCases(deps),
    keys: keyUseCases(deps),
    queues: queueUseCases(deps),
    undos: undoUseCases(deps),
    lineage: lineageUseCases(deps),
  };
}
