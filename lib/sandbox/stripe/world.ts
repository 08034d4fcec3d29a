import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '#lib/core/index';
import type { Collection } from '../collection.ts';
import type { DeliveryLanes } from '../delivery-lanes.ts';
import type { Row } from '../rows.ts';
import { Store } from '../store.ts';

/** The version of an account of today; callers may name another one that is known. */
export const latestVersion = '2025-09-30.clover';
export const knownVersions: readonly string[] = [
  '2022-11-15',
  '2023-10-16',
  '2024-06-20',
  '2025-03-31.basil',
  latestVersion,
];

export type Shape = Record<string, unknown>;

/** One object as the API shows it, found by its id. Rows count up in the order of making. */
export interface ObjectRow extends Row {
  key: string;
  object: Shape;
}

export interface KeyRow extends Row {
  secret: string;
  kind: 'secret' | 'restricted_read';
  revoked: boolean;
}

export interface EndpointRow extends ObjectRow {
  secret: string;
}

/** The answer kept under an idempotency key, for a day. */
export interface KeptAnswerRow extends Row {
  key: string;
  fingerprint: string;
  status: number;
  body: string;
  kept_at_s: number;
}

export interface DeliveryRow extends Row {
  endpoint: string;
  event: string;
  type: string;
  attempt: number;
  /** 0: nobody answered. */
  status_code: number;
}

export interface Tables {
  customers: Collection<ObjectRow>;
  payments: Collection<ObjectRow>;
  charges: Collection<ObjectRow>;
  refunds: Collection<ObjectRow>;
  events: Collection<ObjectRow>;
  endpoints: Collection<EndpointRow>;
  keys: Collection<KeyRow>;
  keptAnswers: Collection<KeptAnswerRow>;
  deliveries: Collection<DeliveryRow>;
}

export const settingsSchema = z.strictObject({
  seed: z
    .strictObject({
      random: z.int().default(4_242),
      customers: z.int().min(0).max(20_000).default(120),
      payments: z.int().min(0).max(50_000).default(300),
    })
    .prefault({}),
  /** Stripe tries for three days; here the waits are short, in milliseconds. */
  retryMs: z.array(z.int().min(1).max(3_600_000)).max(16).default([1_000, 5_000, 30_000]),
  /** Calls a second before 429; Stripe gives a test account 25. */
  callsPerSecond: z.int().min(1).max(100_000).default(100),
});
export type StripeSettings = z.output<typeof settingsSchema>;

export interface StripeWorld {
  clock: Clock;
  store: Store;
  tables: Tables;
  lanes: DeliveryLanes;
  settings: StripeSettings;
  account: string;
  /** Counts a call of this key; false when its second is used up. */
  take(key: string): boolean;
}

export function createStore(clock: Clock): { store: Store; tables: Tables } {
  const store = new Store(clock, { time: (ms) => new Date(ms).toISOString(), firstIds: {} });
  const tables: Tables = {
    customers: store.collection('stripe.customers', ['key']),
    payments: store.collection('stripe.payments', ['key']),
    charges: store.collection('stripe.charges', ['key']),
    refunds: store.collection('stripe.refunds', ['key']),
    events: store.collection('stripe.events', ['key']),
    endpoints: store.collection('stripe.endpoints', ['key']),
    keys: store.collection('stripe.keys', ['secret']),
    keptAnswers: store.collection('stripe.kept_answers', ['key']),
    deliveries: store.collection('stripe.deliveries', ['event']),
  };
  return { store, tables };
}

/** Stripe's clock shows seconds. */
export const nowSeconds = (world: { clock: Clock }): number =>
  Math.floor(world.clock.now() / 1_000);

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function textOfChance(next: () => number, length: number): string {
  return Array.from({ length }, () => letters[Math.floor(next() * letters.length)]).join('');
}

/** `cus_` and 14 letters, `pi_` and 24: what follows the prefix tells nobody anything. */
export function newId(prefix: string): string {
  const bytes = randomBytes(24);
  let at = 0;
  const next = (): number => (bytes[at++ % bytes.length] ?? 0) / 256;
  return `${prefix}_${textOfChance(next, prefix === 'cus' ? 14 : 24)}`;
}
