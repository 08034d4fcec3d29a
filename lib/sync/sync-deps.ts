import type {
  ConnectorApi,
  ConnectorContext,
  ConnectorManifest,
} from '#lib/connectors/protocol/index';
import type { Clock, JsonObject } from '#lib/core/index';
import type { Db, Queryable, Tx } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';

/** The part of the queue that the sweeps need. Jobs travel with the transaction. */
export interface JobSender {
  send(
    tx: Tx,
    name: 'push' | 'create' | 'run' | 'poll',
    jobs: { payload: JsonObject; key?: string; priority?: number; startAfterMs?: number }[],
  ): Promise<void>;
}

/** A connection with its credential opened, for the length of one job. */
export interface OpenedConnection {
  connection: { id: string; connector: string };
  manifest: ConnectorManifest;
  api: ConnectorApi;
  ctx: ConnectorContext;
}

export type Lane = 'edit' | 'refetch' | 'poll' | 'backfill';

/** How changes of a stream arrive; `reason` says why it is polled. */
export type StreamDelivery = { delivery: 'webhook' } | { delivery: 'poll'; reason: string };

/** With `isFinal` false the service had a fault, and asking again later may work. */
export type PreparedStream =
  | { delivery: 'webhook' }
  | { delivery: 'poll'; reason: string; isFinal: boolean };

export interface LogEntry {
  workspaceId: string;
  connectionId: string;
  runId?: string;
  level: 'info' | 'warning' | 'error';
  code: string;
  message: string;
  details?: JsonObject;
}

export interface SyncDeps {
  /** As the worker. */
  db: Db;
  queue: JobSender;
  connect(
    target: { workspaceId: string; connectionId: string },
    options: { lane: Lane; signal: AbortSignal; runId?: string },
  ): Promise<OpenedConnection>;
  /** Makes sure changes will be delivered (registers a webhook). Never throws for a refusal of the service. */
  prepareStream(input: {
    workspaceId: string;
    connectionId: string;
    streamId: string;
    resource: string;
    scope: JsonObject;
    scopeKey: string;
    signal: AbortSignal;
  }): Promise<PreparedStream>;
  logConnection(db: Queryable, entry: LogEntry): Promise<void>;
  clock: Clock;
  log: Logger;
  /** Milliseconds between polls of a stream without webhooks. */
  pollMs: number;
}
