import type { WebhookManifest, WebhookParser } from '#lib/connectors/protocol/index';
import type { Clock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import type { WebhookAnswer } from './answer.ts';
import type { DistinctHeaders } from './header-value.ts';
import type { BodyPatience } from './read-body.ts';

/** A webhook as it arrived, of any HTTP server. */
export interface WebhookRequest {
  method: string;
  connector: string;
  endpointId: string;
  /** The query with its question mark, as it came; without one, nothing. */
  search?: string;
  headers: DistinctHeaders;
  body: AsyncIterable<Uint8Array>;
  /** Where it came from; null or absent when nobody trustworthy said. */
  address?: string | null;
  /** Called once the signature holds, before anything is kept; what it throws is the answer. */
  onGenuine?(): void;
}

export interface ReceiverDeps {
  /**
   * The web login: it may put events in and read endpoints. A pool that nothing but receiving uses,
   * so that a webhook never waits for a connection some other work holds.
   */
  db: Db;
  /** For what is written beside: hints, counts, what was refused. May be anybody's pool. */
  aside: Db;
  findManifest(connector: string): WebhookManifest | null;
  /** Asked whose an event is where one address serves many connections. */
  findParser(connector: string): WebhookParser | null;
  /** Opens a webhook secret; only the holder of the gateway's key can. */
  openSecret(envelope: Buffer, at: { workspaceId: string; endpointId: string }): Buffer;
  /**
   * The origin services are told to post to. Some sign the address they post to: where an endpoint
   * does not say its own, it follows from this, and never from what a request says of its host.
   */
  baseUrl?: string;
  /** Keeps a secret an unsigned call has brought until a person has looked at it; without, it goes. */
  keepBrought?(at: { workspaceId: string; id: string }, secret: string): Promise<void>;
  clock: Clock;
  log: Logger;
  /** Only tests have another. */
  patience?: BodyPatience;
}

export interface Receiver {
  /** Never rejects but for a body that breaks off while it is read. */
  receive(request: WebhookRequest): Promise<WebhookAnswer>;
  /** Waits for what was taken and writes the counts that are left. */
  close(): Promise<void>;
}

/** Connections of a receiver's own pool: two batches, two look-ups. */
export const receiverConnections = 4;
