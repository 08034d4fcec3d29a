import type { RemoteObject, RemoteRef, WebhookParser } from '#lib/connectors/protocol/index';
import type { Tx } from '#lib/db/index';
import type { EventToApply } from './inbox-store.ts';

/** Where an event's objects belong. */
export interface EventTarget {
  workspaceId: string;
  connectionId: string;
  connector: string;
  resource: string | null;
  scopeKey: string | null;
}

export type ApplyOutcome =
  | { kind: 'applied'; summary: string; recordIds: readonly string[] }
  /** Nothing here wants it, e.g. no stream follows that repository. */
  | { kind: 'ignored'; reason: string };

/** The states of objects that one event tells. */
export interface ToldEvent {
  eventId: string;
  objects: readonly RemoteObject[];
}

/** What webhooks needs of rooms it may not enter; hub binds it. */
export interface InboxPorts {
  /**
   * Writes records, links and change log in the given transaction. No two of the events tell of one
   * object. Answers an outcome for each event.
   */
  apply(tx: Tx, target: EventTarget, events: readonly ToldEvent[]): Promise<ApplyOutcome[]>;
  /**
   * Leaves a note, in the given transaction, that these objects are to be read again. A ref with an
   * empty scope belongs to the stream that `target.scopeKey` names.
   */
  refetch(tx: Tx, target: EventTarget, refs: readonly RemoteRef[]): Promise<void>;
  /** One parser for each stream, where it is the streams that say what an event means; else null. */
  bindParsers?(
    tx: Tx,
    event: Pick<EventToApply, 'id' | 'workspaceId' | 'connectionId' | 'connector'>,
  ): Promise<readonly WebhookParser[] | null>;
  /** Whether the events of a connector are read by its streams; never, if not said. */
  isBound?(connector: string): boolean;
}
