import type { HttpAnswer, ProviderFault, RemoteObject } from '#lib/connectors/protocol/index';
import { toStorableJson } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';

/**
 * When a state of an object was seen. Stripe's objects carry no time of their last change, so states
 * are ordered by Stripe's clock: an event by when it happened, what was read by the Date of the
 * answer. Both tick in seconds; ranks are milliseconds and never exact.
 */
export interface Sighting {
  rank: number;
  /** Null for lists: the object's own latest time has to do. */
  updatedAt: string | null;
}

/** Of one object that was read alone, or answered to a write: it is as new as the answer. */
export function sightingOf(answer: HttpAnswer): Sighting {
  const second = dateOf(answer) * 1_000;
  return { rank: second, updatedAt: isoOf(second) };
}

/**
 * Of objects in a list: a second earlier, because a change in the second of the answer may or may not
 * be in it. An event of that second then makes the object be read again instead of being passed over.
 */
export const listSightingOf = (answer: HttpAnswer): Sighting => ({
  rank: (dateOf(answer) - 1) * 1_000,
  updatedAt: null,
});

export const eventSighting = (created: number): Sighting => ({
  rank: created * 1_000,
  updatedAt: isoOf(created * 1_000),
});

/** Stripe's clock in seconds; ours where an answer has lost its Date. */
export function dateOf(answer: HttpAnswer): number {
  const date = Date.parse(answer.headers.get('date') ?? '');
  return Math.floor((Number.isNaN(date) ? Date.now() : date) / 1_000);
}

/** Whole seconds, as everything of Stripe's. */
export const isoOf = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

export type Mapped = { is: 'object'; object: RemoteObject } | { is: 'fault'; fault: ProviderFault };

/** The raw form of what cannot be read is kept up to here. */
const faultRawChars = 1_000_000;

export function faulty(raw: JsonObject | null, what: string, message: string): Mapped {
  const id = raw?.['id'];
  return {
    is: 'fault',
    fault: toStorableJson({
      externalId: typeof id === 'string' ? id.slice(0, 200) : null,
      message: `A ${what} of Stripe cannot be read (${message}).`,
      raw: raw && JSON.stringify(raw).length <= faultRawChars ? raw : null,
    }),
  };
}

export const asObject = (value: unknown): JsonObject | null =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as JsonObject)
    : null;

/**
 * The dashboard's page of an object. None in test mode: which sandbox of the account an object lies in
 * stands neither in it nor in its key, and the link would lead to another one.
 */
export const dashboardUrl = (livemode: boolean | null | undefined, path: string): string | null =>
  livemode === true ? `https://dashboard.stripe.com/${path}` : null;
