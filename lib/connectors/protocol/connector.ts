import type { HubError, JsonObject } from '#lib/core/index';
import type { ProviderHttp } from './http.ts';
import type { AuthorizeEndpoints, ConnectorManifest } from './manifest.ts';
import type { RemoteObject, RemoteRef } from './remote-object.ts';

export interface ConnectorContext {
  http: ProviderHttp;
  signal: AbortSignal;
  /** Of this connection; for connectors that know no address of their own. */
  place?: Pick<AuthorizeEndpoints, 'apiBaseUrl' | 'accountPath'>;
}

export interface Account {
  /** The provider's immutable id of the account, as text. */
  id: string;
  name: string;
  url: string | null;
}

/** Something a stream can be scoped to (a repository). */
export interface ScopeOption {
  key: string;
  title: string;
  detail: string | null;
  scope: JsonObject;
  canWrite: boolean;
  canHook: boolean;
  /** How many objects a backfill would read, when the provider says so. */
  estimate: number | null;
}

/** A scope that a person defined. */
export interface DefinedStream {
  /** Tells it from others of the connection. */
  key: string;
  title: string;
  scope: JsonObject;
}

export interface BackfillPage {
  objects: RemoteObject[];
  /** Objects the page held that could not be mapped: kept raw, marked, the others proceed. */
  faults: ProviderFault[];
  /** Opaque; null after the last page. */
  next: JsonObject | null;
  /** How many objects there are, as far as the provider says; null says nothing new. */
  total: number | null;
  /**
   * Where polling starts once this backfill is done: a moment before its first page, so that what
   * changed while it ran is seen again. Given with every page, because a backfill can be one page.
   */
  cursor: JsonObject;
}

export interface ProviderFault {
  externalId: string | null;
  message: string;
  raw: JsonObject | null;
}

export interface PollPage {
  objects: RemoteObject[];
  faults: ProviderFault[];
  /**
   * Where the next page, or the next poll, goes on. After the last page it is a place from before the
   * first one: what changed behind the walk's back meanwhile is seen again, never missed.
   */
  cursor: JsonObject;
  /** More pages are waiting behind this one. */
  hasMore: boolean;
  /** The provider answered 304: nothing to do, nothing charged. */
  notModified: boolean;
  /** Milliseconds the provider asks to leave between polls; null without a wish. */
  intervalMs: number | null;
}

/** One field and, in words for a person, what is wrong with it ("is missing"). */
export interface FieldFault {
  field: string;
  message: string;
}

export interface WriteResult {
  /** The object as the provider now has it. */
  object: RemoteObject;
  /** Fields the provider said yes to and then did not change. */
  ignored: FieldFault[];
}

/** What can be said of a webhook from its bytes alone. Client code of gateway and worker. */
export interface ParsedWebhook {
  /** `apply`: objects for the records; `ping`: acknowledged; `unknown`: kept and marked. */
  kind: 'apply' | 'ping' | 'unknown';
  action: string | null;
  resource: string | null;
  /** Which stream it belongs to (equals a ScopeOption.key), when it says so. */
  scopeKey: string | null;
  /** Whose event it is (equals an Account.id); said by connectors whose app has one address for all. */
  accountId?: string | null;
  objects: RemoteObject[];
  /** Objects that changed but are not carried whole: they are read again. */
  refetch: RemoteRef[];
  /** Lists of the provider's that read differently now: `scopes`, or names of `manifest.lookups`. */
  stale?: readonly string[];
  summary: string;
}

export interface WebhookParser {
  /** Never throws for any JSON object; an event it does not understand is `unknown` with the reason. */
  parse(event: string, payload: JsonObject): ParsedWebhook;
}

/** A stream a person defined, as far as reading its events goes. */
export interface DefinedAt {
  resource: string;
  scopeKey: string;
  scope: JsonObject;
}

/** One thing of the provider's that people pick by name: a user, a channel, a label. */
export interface LookupItem {
  id: string;
  name: string;
  detail: string | null;
}

/** A registration as the provider shows it, whoever made it. */
export interface RemoteWebhook {
  remoteId: string;
  url: string;
  /** False: it is switched off there, or lacks events that are wanted. Registering again repairs it. */
  isHealthy: boolean;
}

/** What makes a write safe to repeat, and safe against a change nobody has seen. */
export interface WriteGuard {
  /** The same at every repetition of this write, and at no other: the provider's idempotency key. */
  key: string;
  /**
   * The rank of the state the change was made against. Where the provider can refuse a change of any
   * other state, `update` asks for that and throws `provider.changed`.
   */
  rank: number;
}

/** Something to be said at a place of the account. */
export interface Announcement {
  /** As the provider names the place: a channel. */
  place: string;
  /** In the provider's own mark-up, already escaped. */
  text: string;
  /** The same at every repetition, and at no other. */
  key: string;
  /**
   * It may have been said before, since then (ISO 8601); then what is there is looked through first.
   * Null for one that is tried for the first time.
   */
  maybeSince: string | null;
}

export interface ConnectorApi {
  /** Who the credential belongs to. The one call that must work with the least access. */
  account(ctx: ConnectorContext): Promise<Account>;
  /** Scopes a stream can have, newest first; at most 200. */
  scopes(ctx: ConnectorContext, resource: string): Promise<ScopeOption[]>;
  backfill(
    ctx: ConnectorContext,
    resource: string,
    scope: JsonObject,
    from: JsonObject | null,
  ): Promise<BackfillPage>;
  poll(
    ctx: ConnectorContext,
    resource: string,
    scope: JsonObject,
    cursor: JsonObject,
  ): Promise<PollPage>;
  /**
   * Null only when the object is gone. One that has been moved to another scope is answered as it is
   * there, under the id it has there, with its `scopeKey`. A container that cannot be seen, and a move
   * to where it cannot be seen, are errors.
   */
  read(ctx: ConnectorContext, resource: string, ref: RemoteRef): Promise<RemoteObject | null>;
  /**
   * Many reads in one call, in the order of the refs (at most `limits.readMany`), where the provider
   * offers that. Reads wanted at the same moment are gathered into it.
   */
  readMany?(
    ctx: ConnectorContext,
    resource: string,
    refs: readonly RemoteRef[],
  ): Promise<(RemoteObject | null)[]>;
  /**
   * Sends only the given canonical fields. A value the provider cannot express is refused before
   * anything is sent: `provider.refused` with details {fields: FieldFault[]}, like a refusal there.
   */
  update(
    ctx: ConnectorContext,
    resource: string,
    ref: RemoteRef,
    fields: JsonObject,
    guard?: WriteGuard,
  ): Promise<WriteResult>;
  /**
   * Makes an object with the given canonical fields (of `manifest.creates.fields`). Refuses like
   * `update`. Present exactly where the manifest has `creates`.
   */
  create?(
    ctx: ConnectorContext,
    resource: string,
    scope: JsonObject,
    fields: JsonObject,
    guard: Pick<WriteGuard, 'key'>,
  ): Promise<WriteResult>;
  /**
   * What became of a `create` whose answer nobody heard: by its key where the provider keeps keys
   * (`isKeyed`), otherwise what this account made in the scope since then and looks as it was sent,
   * newest first. Empty only when nothing of the kind is there.
   */
  findCreated?(
    ctx: ConnectorContext,
    resource: string,
    scope: JsonObject,
    sent: { key: string; fields: JsonObject; since: string },
  ): Promise<RemoteObject[]>;
  /** Takes an object back that was made from here; one that is gone already is taken back. */
  takeBack?(ctx: ConnectorContext, resource: string, ref: RemoteRef): Promise<void>;
  /**
   * Adopts what is registered for the same address already. `secret` in the answer is one the
   * provider chose itself and takes the place of ours.
   */
  registerWebhook?(
    ctx: ConnectorContext,
    scope: JsonObject,
    target: { url: string; secret: string },
  ): Promise<{ remoteId: string; secret?: string }>;
  /** One that is gone already is removed. */
  removeWebhook?(ctx: ConnectorContext, scope: JsonObject, remoteId: string): Promise<void>;
  /** All that is registered for the scope, of which ours are known by their address. */
  listWebhooks?(ctx: ConnectorContext, scope: JsonObject): Promise<RemoteWebhook[]>;
  /** Gives the credential of `ctx` back, for `OAuthMode.revoke` = api. */
  revoke?(ctx: ConnectorContext): Promise<'revoked' | 'already_invalid'>;
  /** Names of `manifest.lookups`, at most 1,000. */
  lookup?(ctx: ConnectorContext, name: string, scope: JsonObject | null): Promise<LookupItem[]>;
  /**
   * Says it once, as far as the provider lets one know: what may have been said is looked for. Throws
   * with details.sent when it cannot be known.
   */
  announce?(ctx: ConnectorContext, what: Announcement): Promise<{ id: string }>;
  /**
   * The fault in an answer that says 2xx and means no (GraphQL errors, Slack's ok: false); null when
   * there is none. What it answers is thrown, and repeated or not, like any other fault.
   */
  findFault?(answer: { status: number; headers: Headers; json: unknown }): HubError | null;
  /** Turns an answer that is not 2xx (or no JSON) into the error the recovery table understands. */
  toError(answer: { status: number; headers: Headers; text: string }): HubError;
}

/**
 * A connector in two halves: the half every process may load (manifest, webhook) and the half only
 * the worker loads (api), so that nothing the web can reach calls a provider.
 */
export interface Connector {
  manifest: ConnectorManifest;
  /** Null exactly when the manifest has no webhook. */
  webhook: WebhookParser | null;
  /**
   * Makes a scope of what a person filled in, for connectors that cannot list their scopes. Throws
   * `request.invalid` with every fault.
   */
  define?(resource: string, definition: JsonObject): DefinedStream;
  /**
   * Where events mean what each stream's definition says: the parser of one stream, in place of
   * `webhook`. `receivedMs`: what says nothing of its time is as new as its arrival.
   */
  bindWebhook?(stream: DefinedAt, receivedMs: number): WebhookParser;
}
