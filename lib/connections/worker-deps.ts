import type {
  AuthorizeEndpoints,
  ConnectorApi,
  ConnectorManifest,
} from '#lib/connectors/protocol/index';
import type { Clock } from '#lib/core/index';
import type { Db, Tx } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import type { Opener, Outgoing } from '#lib/security/index';
import type { ConnectionGuards } from './guards.ts';

/** The connectors with the half that calls providers. */
export interface ConnectorRegistry {
  get(name: string): { manifest: ConnectorManifest; api: ConnectorApi } | undefined;
}

/** What the worker side of connections is made of. */
export interface ConnectionDeps {
  /** As patchbay_worker. */
  db: Db;
  registry: ConnectorRegistry;
  /** The worker's key. */
  opener: Opener;
  outgoing: Outgoing;
  guards: ConnectionGuards;
  presetEndpoints: (connector: string) => AuthorizeEndpoints | null;
  clock: Clock;
  log: Logger;
  /** In the transaction that stores a credential: what follows from it. */
  onConnected?: (tx: Tx, connected: Connected) => Promise<void>;
}

/** A connection that has just got a credential. */
export interface Connected extends ConnectionAt {
  isNew: boolean;
  accountName: string;
  requestedBy: string | null;
}

export interface ConnectionAt {
  workspaceId: string;
  connectionId: string;
}
