import type { RateManifest } from '#lib/connectors/protocol/index';
import type { Clock, JsonObject } from '#lib/core/index';
import type { Db, Tx } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import type { FlowConnectors } from './flow-connectors.ts';

/** The part of the queue that plans need. Jobs travel with the transaction. */
export interface PlanQueue {
  send(
    tx: Tx,
    name: 'plan',
    jobs: { payload: JsonObject; key: string; workspaceId: string }[],
  ): Promise<void>;
}

export interface PlanDeps {
  /** As the worker. */
  db: Db;
  queue: PlanQueue;
  connectors: Pick<FlowConnectors, 'resourceOf' | 'providerOf'> & {
    /** Null for a connector nobody knows any more. */
    rateOf(connector: string): RateManifest | null;
  };
  clock: Clock;
  log: Logger;
}
