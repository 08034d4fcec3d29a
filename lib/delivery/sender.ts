import type { JsonObject } from '#lib/core/index';
import type { Attempt } from './delivery-shape.ts';
import type { DestinationKind } from './subscription-shape.ts';

/** What a sender is given. The same id on every attempt, so that receivers can tell repeats. */
export interface OwedDelivery {
  id: string;
  workspaceId: string;
  subscriptionId: string;
  replayId: string | null;
  /** 0 for one made by hand, which stands for no change. */
  position: number;
  recordId: string;
  kind: string;
  op: string;
  version: number;
  origin: string;
  connectionId: string | null;
  fields: string[];
  title: string | null;
  /** ISO 8601, UTC. */
  changedAt: string;
  /** {field: [before, after]}; empty for one made by hand. */
  diff: Record<string, [unknown, unknown]>;
  /** Where the record can be looked at, at a service; null when nowhere. */
  url: string | null;
  /** Which attempt this is, from 1. */
  attempt: number;
  createdAt: string;
}

/** Where it goes to. The secrets are sealed to the worker; see `subscriptionSecretField`. */
export interface Destination {
  id: string;
  workspaceId: string;
  kind: DestinationKind;
  name: string;
  config: JsonObject;
  secret: Buffer | null;
  /** The one before it, while it is still good. */
  previousSecret: Buffer | null;
  failingSince: string | null;
}

interface Said {
  status?: number;
  /** What the destination answered, cut and redacted by the sender. */
  excerpt?: string;
}
interface Fault extends Said {
  /** `room.reason` or a word of the transport. */
  code: string;
  /** A sentence for people. */
  reason: string;
}

/**
 * What came of one attempt. held: nothing was sent, because a breaker is open or there is no budget;
 * it is no attempt, and the delivery is due again then. gone: the destination does not want
 * anything any more (410), so the subscription is disabled. A sender that throws is a retry: by the
 * schedule, later when the destination asks for it (`afterMs`), or at once where it was we who broke it off.
 */
export type SendOutcome =
  | ({ type: 'delivered' } & Said)
  | ({ type: 'retry'; afterMs?: number; atOnce?: true } & Fault)
  | ({ type: 'refused' } & Fault)
  | ({ type: 'gone' } & Fault)
  | { type: 'held'; afterMs: number; code: string; reason: string };

/** Tells one kind of destination of one change. Called outside of any transaction. */
export interface Sender {
  kind: DestinationKind;
  send(delivery: OwedDelivery, destination: Destination, signal: AbortSignal): Promise<SendOutcome>;
}

/** What the rule that disables a failing subscription is asked with, after a failed attempt. */
export interface FailingFacts {
  kind: DestinationKind;
  failingSinceMs: number;
  nowMs: number;
  lastAttempt: Attempt;
}
/** Null: it goes on trying. */
export type JudgeFailing = (facts: FailingFacts) => { code: string; reason: string } | null;

/** The `field` of a sealed secret; its owner is the subscription. */
export const subscriptionSecretField = 'subscription_secret';
