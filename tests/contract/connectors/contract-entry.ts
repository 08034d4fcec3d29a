import type { AuthKind, Connector, ConnectorApi, RemoteRef } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';

/** Where the answers come from that a point was earned against. */
export type Source = 'our double' | 'captured payloads' | 'the real service';

/** A webhook as the provider sent it. */
export interface SentWebhook {
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
}

/** One stream of the provider's, with its strings in the test's hands. */
export interface ContractStream {
  resource: string;
  /** The ScopeOption.key that `scopes()` must offer. */
  scopeKey: string;
  /** What a person fills in, where streams are defined and not chosen. */
  definition?: JsonObject;
  /**
   * The provider's objects carry no time of their last change, so that what is read is as new as the
   * answer: two reads of one state rank differently.
   */
  isRankedByReading?: boolean;
  /** External ids of everything in it; at least one page and a bit, so that pages are turned. */
  all: () => Promise<string[]>;
  /**
   * Somebody else changes one object there: which, canonical fields it now has, and a text that only
   * the webhook about this very change holds.
   */
  change: () => Promise<{ externalId: string; fields: JsonObject; told: string }>;
  /** Somebody else deletes one object; how it was addressed, and a text only that webhook holds. */
  remove?: () => Promise<RemoteRef & { told: string }>;
  /**
   * Somebody else moves one object to another scope: how it was addressed, the key of the scope it is in
   * now, the id it has there, and a text that only the webhook about this very move holds.
   */
  move?: () => Promise<RemoteRef & { scopeKey: string; newId: string; told: string }>;
  /** An object nobody else touches, with a change of fields that the provider takes. */
  write?: () => Promise<{ ref: RemoteRef; fields: JsonObject }>;
  /** Canonical fields of an object to be made, that nothing else has; and a text only its webhook holds. */
  fresh?: () => { fields: JsonObject; told: string };
  /** What the provider itself refuses to make, and the canonical field it is about. */
  refusedFresh?: () => { fields: JsonObject; field: string };
  /** A change the provider itself refuses, and the canonical field it is about. */
  refused?: () => Promise<{ ref: RemoteRef; fields: JsonObject; field: string }>;
}

/** A provider that is running: a double, or the service itself. */
export interface ContractWorld {
  /** As a connection would have it. */
  apiBaseUrl: string;
  accountPath?: string;
  auth: AuthKind;
  /** What is kept for a connection: a token, a key, or base64 of user:password. */
  credential: string;
  /** One of the same form that the provider does not know. */
  wrongCredential: string;
  account: { id: string; name: string };
  streams: ContractStream[];
  /** The next call is answered like this, in the provider's own form. */
  failNext?: (how: 'rate limit' | 'server fault' | 'a page') => Promise<void>;
  webhooks?: {
    /** Where the provider is to post to; something listens there. */
    url: string;
    /** The secret of a webhook that a person registers by hand. */
    manualSecret?: string;
    /** The next webhook whose body holds this text, at the latest after some seconds. */
    next: (holding: string) => Promise<SentWebhook>;
    /** How many have come so far. */
    count: () => number;
  };
  /** A handshake as the provider makes it, signed with `webhooks.manualSecret`. */
  challenge?: SentWebhook & { answer: string; secret: string };
  /** Ends the access there, as disconnecting does. */
  revoke?: () => Promise<void>;
  dispose: () => Promise<void>;
}

/**
 * What a connector brings to the contract suite: one file `<name>.entry.ts` in this folder, exporting
 * `entry`. What it leaves out is counted as claimed and not proven.
 */
export interface ContractEntry {
  connector: Connector;
  api: ConnectorApi;
  source: Source;
  start: () => Promise<ContractWorld>;
  /** Events as the provider really sent them, when there is a collection of such. */
  captured?: { event: string; payload: JsonObject }[];
}
