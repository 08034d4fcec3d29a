import type { AuthorizeEndpoints, Connector } from '#lib/connectors/protocol/index';
import type { Clock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import type { Cache } from '#lib/resilience/index';
import type { Conformance } from './schema.ts';

/** The connectors this hub has, in the half that calls nobody. */
export interface ConnectorDirectory {
  list(): readonly Connector[];
  get(name: string): Connector | undefined;
  /** What the contract suite has proven of it. */
  conformance(name: string): Conformance;
}

/** What the web side of connections is made of. It can seal to the worker and open nothing. */
export interface ConnectionWebDeps {
  /** As patchbay_web. */
  db: Db;
  connectors: ConnectorDirectory;
  /** Addresses of the apps that come with the installation, by connector; null when switched off. */
  presetEndpoints: (connector: string) => AuthorizeEndpoints | null;
  /** Public half of the worker's key. */
  sealKey: string;
  /** Read only here: what it lacks is asked of the worker. */
  cache: Pick<Cache, 'peek' | 'figures'>;
  clock: Clock;
}

/** The member who acts. */
export interface Actor {
  userId: string;
  sessionId: string;
}
